"""What the command says while it works."""

import sys


def say(text: str) -> None:
    """One line of the answer, at once."""
    print(text, flush=True)


def note(text: str) -> None:
    """One line on what is being done, at once; beside the answer, so that `./run manage … > file` holds that alone."""
    print(text, file=sys.stderr, flush=True)


class Stop(SystemExit):
    """The command cannot go on: the reason is printed, with what the reader can do about it, and the exit code is 1."""

    def __init__(self, reason: str, code: int = 1) -> None:
        super().__init__(code)
        print(reason, file=sys.stderr, flush=True)
