"""Write the two lock files anew from `pyproject.toml`: `python -m ops.lock [--upgrade]`."""

import subprocess
import sys
from pathlib import Path

from ops.paths import ROOT, VENV

OPTIONS = ["--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
SILENT = ["--no-emit-index-url", "--no-header", "--no-annotate"]
LOCKS = {
    "requirements/production.txt": [],
    "requirements/development.txt": ["--group", "dev", "--constraints", "requirements/production.txt"],
}


def main(arguments: list[str]) -> None:
    """Compile both, the tools on top of the very versions that production runs."""
    for output, more in LOCKS.items():
        command: list[str | Path] = [VENV / "bin" / "uv", "pip", "compile", "pyproject.toml", *OPTIONS, *SILENT, *more]
        subprocess.run([*command, *arguments, "--output-file", output], cwd=ROOT, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
