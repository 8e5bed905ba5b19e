"""Closing the file of a resident to somebody, or opening it: with a reason, an end, and what becomes of their work."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from cases.views import file_access
from cases.views.frame import SignedInRequest
from design import pages
from people import access
from people import services as people
from people.access import Can
from people.models import Resident, User
from worklist import forms
from worklist.services import closed_files
from worklist.services.closed_files import Behind, Closure

SAID = {
    "keep-out": "They no longer find the file, its letters, its dates and its register entries, and decide nothing in "
    "it. On the register they are told to ask before they visit.",
    "keep-to": "Nobody else finds the file, its letters and its dates. What staff must do at a visit stays on the "
    "register for everybody.",
    "open-to": "They read the file until that day, also where their role would not open it. They may do no more in it "
    "than their role lets them.",
}


def set_access(request: SignedInRequest, reference: str, kind: str) -> HttpResponse:
    """Keep somebody out, keep the file to named people, or open it to a colleague: with a reason and an end.

    What is theirs in the file to whom it is closed stands on the check page, with who takes it over.
    """
    if kind not in SAID:
        raise Http404("There is no such way to close or open a file")
    found, at = file_access.find(request, reference), timezone.now()
    back = reverse("cases:file_access", args=[found.reference])
    page = pages.Page(request, at=at)
    shape = forms.SeveralPeople if kind == "keep-to" else forms.OnePerson
    form: Any = page.form(shape, **_people(found, kind))
    title = file_access.TITLES[kind]
    context = file_access.step(found, back) | {"title": title, "said": SAID[kind]}

    def check() -> pages.Check | None:
        if kind == "open-to":
            return None
        behind, closure = _behind(found, kind, form, at=at), _closure(form)
        if behind.nothing:
            return None
        closed_files.check_closure(behind, closure, at=at)
        to = User.objects.filter(pk=closure.to_id or 0).first()
        more = {"behind": behind, "to": to, "closure": closure, "whom": _whom(found, kind, form)}
        return pages.Check("worklist/set_access_check.html", {**context, **more}, behind.shown())

    def do(seen: str | None) -> str:
        said = form.cleaned_data
        if kind == "keep-to":
            closed_files.keep_to(
                found.pk, [int(pk) for pk in said["people"]], _closure(form), by=request.user, at=at, seen=seen
            )
        elif kind == "keep-out":
            closed_files.keep_out(found.pk, int(said["person"] or 0), _closure(form), by=request.user, at=at, seen=seen)
        else:
            told = {name: said[name] for name in ("ground", "reason", "until")}
            people.open_to(found.pk, int(said["person"] or 0), **told, by=request.user, at=at)
        messages.success(request, "It is recorded, and holds from now on.")
        left = Resident.objects.visible_to(request.user).filter(pk=found.pk).exists()
        return back if left else reverse("people:find")

    return page.decide(
        form, check=check, do=do, show=lambda: render(request, "cases/set_access.html", context | {"form": form})
    )


def _people(found: Resident, kind: str) -> dict[str, Any]:
    """The people whom a form offers: whom it is about, and who could take over."""
    provider = found.provider
    workers = access.holders(provider, access.keys_with(provider, Can.WORK_CASES))
    if kind == "keep-to":
        readers = access.holders(provider, access.keys_with(provider, Can.VIEW_CASES))
        return {"people": readers, "successors": workers}
    staff = list(User.objects.filter(provider=provider, is_active=True).order_by("name", "pk"))
    return {"people": staff, "opens": kind == "open-to", "successors": workers}


def _closure(form: Any) -> Closure:
    said = form.cleaned_data
    return Closure(said["ground"], said["reason"], said["until"], form.successor_id, form.left)


def _behind(found: Resident, kind: str, form: Any, *, at: datetime) -> Behind:
    said = form.cleaned_data
    if kind == "keep-to":
        shut = closed_files.shut_out(found, but=[int(pk) for pk in said["people"]])
    else:
        shut = [int(said["person"] or 0)]
    return closed_files.behind(found, shut, at=at)


def _whom(found: Resident, kind: str, form: Any) -> str:
    """To whom it is closed, in words."""
    said = form.cleaned_data
    chosen = said["people"] if kind == "keep-to" else [said["person"]]
    those = User.objects.filter(pk__in=chosen, provider=found.provider).order_by("name")
    names = [one.name for one in those]
    return f"Everybody but {', '.join(names)}" if kind == "keep-to" else ", ".join(names)
