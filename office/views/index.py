"""The office's front page: what an administrator does here."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from letters.models import Dispatch
from letters.services import mail
from office import permissions
from people.access import SignedInRequest
from worklist.services import appointing


@dataclass(frozen=True)
class Entrance:
    """One page of the office: its name, where it is, what it is for, and how much waits there."""

    name: str
    url: str
    about: str
    waits: int = 0

    @property
    def waits_words(self) -> str:
        """How much waits there, as a tag says it."""
        return f"{self.waits} waiting"


# The pages of the office in the order in which they are shown: name, address, what it is for.
PAGES: tuple[tuple[str, str, str], ...] = (
    (
        "People",
        "office:people",
        "Who has an account, in which roles. Add somebody, close an account, write down who is away.",
    ),
    ("Policies", "office:policies", "Which policy holds, since when and who approved it. Propose and adopt a new one."),
    (
        "Appointments",
        "office:appointments",
        "Decisions that nobody is free to make. Appoint somebody for one of them, with the reason.",
    ),
    (
        "Signing in",
        "office:signing_in",
        "Which roles need a second factor, who has one, and what to do where one is lost.",
    ),
    ("Days off", "office:days_off", "Bank holidays and closures, from which every date in working days is counted."),
    (
        "Proof of the trail",
        "office:proof",
        "Whether what was recorded stands as it was left, and when that was last looked over.",
    ),
)


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """What there is to do in the office."""
    permissions.check_can_open(request.user, request.user.provider)
    waits = {"office:appointments": appointing.asked(request.user.provider).count()}
    pages = [Entrance(name, reverse(url), about, waits.get(url, 0)) for name, url, about in PAGES]
    unsent = Dispatch.objects.waiting_for_mail(request.user.provider_id).count()
    context = {"pages": pages, "no_mail": mail.why_none_leaves(), "unsent": unsent}
    return render(request, "office/index.html", context)
