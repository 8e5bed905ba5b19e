"""What the office's commands share: files and people as they are named on the command line, and refusals in words."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import django.db
from django.core.management.base import CommandError, OutputWrapper
from django_fsm import TransitionNotAllowed

from design import dates
from office.models import Adoption
from office.services import Link
from people.access import NotPermitted
from people.models import Provider, User
from policies import loader, wording
from policies.policy import Policy
from policies.problems import PolicyProblems
from policies.rules import RuleBroken


class Refused(CommandError):
    """The command cannot go on; its words are all that is printed, and the exit code is 1."""


@contextmanager
def in_words() -> Iterator[None]:
    """Whatever is refused or wrong is said in words, never as a traceback."""
    try:
        yield
    except PolicyProblems as wrong:
        raise Refused("\n".join(str(problem) for problem in wrong.problems)) from None
    except (RuleBroken, NotPermitted, TransitionNotAllowed) as refusal:
        raise Refused(str(refusal)) from None
    except django.db.ProgrammingError:
        raise Refused("The database is not prepared yet. Start it once: ./run demo") from None
    except django.db.OperationalError as problem:
        raise Refused(f"The database does not answer: {str(problem).strip().splitlines()[0]}") from None


def print_links(out: OutputWrapper, links: Sequence[Link]) -> None:
    """Print links to set a password, each for one person, with until when: shown this once, kept nowhere."""
    for link in links:
        out.write(f"\n{link.email}, once, until {dates.moment(link.until)}:\n  {link.url}")
    if links:
        out.write("\nHand each link to its own person and nobody else: whoever opens it first sets the password.\n")


def add_files(parser: argparse.ArgumentParser) -> None:
    """The policy's file and its local rules."""
    parser.add_argument("file", metavar="FILE", help="the policy")
    parser.add_argument("--local", metavar="LOCAL", help="the provider's local rules; else those that hold")


def provider_called(slug: str) -> Provider:
    """The provider of that short word. Raises Refused, with those that there are."""
    found = Provider.objects.filter(slug=slug.replace("\0", "")).first()
    if found is None:
        known = ", ".join(Provider.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise Refused(f"There is no provider {slug!r}. There are: {known}")
    return found


def person_called(email: str, provider: Provider) -> User:
    """The account with that e-mail at the provider. Raises Refused."""
    found = User.objects.filter(email__iexact=email.replace("\0", ""), provider=provider, is_active=True).first()
    if found is None:
        raise Refused(f"Nobody at {provider.short_name} has an account with the e-mail {email!r}")
    return found


def waiting_at(provider: Provider) -> Adoption:
    """The proposal that waits at a provider. Raises Refused where there is none."""
    found = provider.adoptions.waiting().select_related("proposed_by").first()
    if found is None:
        raise Refused(f"No policy of {provider.name} waits to be adopted")
    return found


def bytes_of(name: str) -> bytes:
    """What a file holds. Raises Refused where it cannot be read."""
    path = Path(name)
    try:
        if not path.is_file():
            raise Refused(f"{name} {'is not a file' if path.exists() else 'is not there'}")
        with path.open("rb") as file:
            return file.read(loader.LARGEST * 4 + 1)
    except (OSError, ValueError) as error:
        raise Refused(f"{name} cannot be read: {error}") from None


def letters_of(folder: str, policy: Policy) -> dict[str, str]:
    """The text of each file of a folder that words a letter, by its name without the ending.

    Raises Refused where there is none or one cannot be read, `PolicyProblems` with all that is wrong in them.
    """
    path = Path(folder.replace("\0", ""))
    if not path.is_dir():
        raise Refused(f"{folder} {'is not a folder' if path.exists() else 'is not there'}")
    files = {one.stem: bytes_of(str(one)) for one in sorted(path.glob(f"*{wording.SUFFIX}")) if one.is_file()}
    if not files:
        raise Refused(f"{folder} holds no file that ends in {wording.SUFFIX}")
    wording.read_bytes(files, policy)
    return {name: data.decode("utf-8-sig") for name, data in files.items()}


def texts_of(file: str, local: str | None, holding: str) -> tuple[str, str, Policy]:
    """A policy's file and local rules as text, and read. `holding` are the local rules where no file of them is named.

    Raises Refused, or `PolicyProblems` with every problem of what the files hold.
    """
    text, rules = bytes_of(file), bytes_of(local) if local else holding.encode()
    policy = loader.read_bytes(text, local=rules)
    return text.decode("utf-8-sig"), rules.decode("utf-8-sig"), policy
