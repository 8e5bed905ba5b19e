"""Where `run` enters: standard library only, because the environment may not exist yet."""

import sys
from pathlib import Path

# Python put this folder itself on the path; the house is the folder above it.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from ops import cli  # noqa: E402

sys.exit(cli.main(sys.argv[1:]))
