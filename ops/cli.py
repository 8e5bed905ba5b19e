"""What `./run` can be told, and who does it. Standard library only, until the environment stands."""

import argparse
import sys

from ops import environment
from ops.console import Stop

HELP = """\
./run demo [--port 8000]    bring up Evenhand with a believable small council, and keep it up until Ctrl-C
./run stop                  stop the demo from another terminal
./run reset [--yes]         empty the state folder: database, letters, mail, everything
./run test [pytest …]       lint, types, architecture and every test; with arguments only those tests
./run test quick            what needs no browser and no long process: some three minutes on two cores
./run lint                  the linters and the type checker alone
./run manage COMMAND …      Django's manage.py, on the demo's database
./run policy check FILE …   every problem of a policy file; also show, clocks, diff, keys, adopt, confirm, return
./run bench [NAME]          a benchmark; without a name, which there are
./run soak [pytest …]       the long proofs, whole
./run soak load             fifty officers at once for five minutes: no error, nothing lost

Settings come from the environment; .env.example describes each."""


def main(arguments: list[str]) -> int:
    """Hand the command to its module. Returns the exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command in ("help", "--help", "-h"):
        print(HELP)
        return 0
    if command not in COMMANDS:
        raise Stop(f"There is no ./run {command}.\n\n{HELP}", code=2)
    if not sys.platform.startswith("linux"):
        raise Stop("./run is for Linux. Elsewhere use docker compose; docs/running.md says how.")
    if command not in ("stop", "reset"):
        environment.ensure()
        environment.enter(arguments)
    return COMMANDS[command](rest)


def demo(rest: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run demo", description="Bring up Evenhand and keep it up until Ctrl-C.")
    parser.add_argument("--port", type=int, default=None, help="where it answers (EVENHAND_PORT, else 8000)")
    parser.add_argument("--empty", action="store_true", help="without the council that is seeded otherwise")
    options = parser.parse_args(rest)
    environment.ensure_letter_libraries()
    from ops import demo

    return demo.run(port=options.port, seeded=not options.empty)


def stop(rest: list[str]) -> int:
    argparse.ArgumentParser(prog="./run stop", description="Stop the demo.").parse_args(rest)
    from ops import running

    return running.stop()


def reset(rest: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run reset", description="Empty the state folder.")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args(rest)
    from ops import running

    return running.reset(sure=options.yes)


def test(rest: list[str]) -> int:
    environment.ensure_letter_libraries()
    if rest[:1] != ["quick"]:
        environment.ensure_browser()
        environment.ensure_tools()
    from ops import testing

    return testing.run(rest)


def lint(rest: list[str]) -> int:
    from ops import testing

    return testing.lint()


def soak(rest: list[str]) -> int:
    environment.ensure_letter_libraries()
    environment.ensure_browser()
    from ops import testing

    return testing.soak(rest)


def manage(rest: list[str]) -> int:
    from ops import demo

    return demo.manage(rest)


def policy(rest: list[str]) -> int:
    from ops import policy

    return policy.run(rest)


def bench(rest: list[str]) -> int:
    from ops import benches

    return benches.run(rest)


COMMANDS = {
    "demo": demo,
    "stop": stop,
    "reset": reset,
    "test": test,
    "lint": lint,
    "soak": soak,
    "manage": manage,
    "policy": policy,
    "bench": bench,
}
