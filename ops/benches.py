"""`./run bench`: the benchmarks, one module each in `ops/bench/` with a `main(arguments)`."""

import importlib
import pkgutil

from ops import bench
from ops.console import Stop, say


def run(arguments: list[str]) -> int:
    """Run a benchmark by its name; without one, say which there are."""
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__))
    if not arguments:
        say("Benchmarks: " + ", ".join(names) if names else "There are no benchmarks yet.")
        return 0
    if arguments[0] not in names:
        raise Stop(f"There is no benchmark {arguments[0]}. There are: {', '.join(names) or 'none yet'}.", code=2)
    return importlib.import_module(f"ops.bench.{arguments[0]}").main(arguments[1:]) or 0
