"""The single point of contact: changed or covered, back again, their work checked, and what a check left done."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_fsm import TransitionNotAllowed

from cases.permissions import people_affected
from design.dates import day_of
from design.forms import for_page
from letters import services as letters
from people import access
from people.access import Can, SignedInRequest, why_not
from people.models import User
from restrictions import forms, permissions, services
from restrictions.forms.spoc import ChangeSpoc, CheckSpoc
from restrictions.models import Restriction
from restrictions.services import checking, leaving, namings
from restrictions.services import spoc as service
from restrictions.views import shared
from restrictions.views.decisions import _typed as typed_in

page = require_http_methods(["GET", "HEAD", "POST"])


def _back(restriction: Restriction) -> str:
    return reverse("restrictions:view", args=[restriction.reference])


def section(user: User, restriction: Restriction) -> dict[str, Any] | None:
    """What the page of a restriction says of its contact: who it is today, covers, checks, and what this reader may do.

    None where no single point of contact is named.
    """
    term = namings.term_of(restriction)
    if term is None:
        return None
    today = day_of(timezone.now())
    runs = restriction.is_in_force(today)
    covers = [each for each in namings.standing_namings(restriction) if each.until_on and each.until_on >= today]
    return {
        "person": term.person,
        "today": namings.person_on(restriction, today) if runs else None,
        "cover": covers[0] if covers else None,
        "history": list(restriction.namings.select_related("person", "named_by", "letter")),
        "checks": list(restriction.spoc_checks.select_related("checked_by", "followed_up_by").order_by("-pk")),
        "left": runs and checking.left_over(restriction),
        "runs": runs,
        "holder_left": runs and leaving.has_left(term.person, restriction),
        "cover_left": bool(runs and covers and leaving.has_left(covers[0].person, restriction)),
        "may_change": runs and not why_not(permissions.check_can_change_spoc, user, restriction),
        "may_check": runs
        and checking.is_checked(restriction)
        and not why_not(permissions.check_can_check_spoc, user, restriction),
        "may_follow_up": runs and not why_not(permissions.check_can_follow_up, user, restriction),
    }


def _over(request: SignedInRequest, restriction: Restriction) -> HttpResponse | None:
    """The way back where there is no contact, a 409 where the restriction is over; None where it runs."""
    if namings.term_of(restriction) is None:
        return redirect(_back(restriction))
    if restriction.is_in_force(day_of(timezone.now())):
        return None
    return shared.too_late(request, f"{restriction.reference} is not in force.", _back(restriction))


@page
def change(request: SignedInRequest, ref: str) -> HttpResponse:
    """Another person, for good or as cover: who, how long, why; the letter; one POST."""
    restriction = shared.find(request, ref)
    permissions.check_can_change_spoc(request.user, restriction)
    if over := _over(request, restriction):
        return over
    form = for_page(ChangeSpoc, request, people=_possible(restriction))
    if form.is_bound and form.is_valid() and "again" not in request.POST:
        with form.rules():
            return _change(request, restriction, form)
    term = namings.term_of(restriction)
    context = shared.step(
        restriction,
        form=form,
        term=term,
        rules=restriction.case.policy.value("spoc.cover").kept,
        named=namings.words_that_name(restriction, term.person) if term and term.person else [],
    )
    return render(request, "restrictions/change_spoc.html", context)


def _possible(restriction: Restriction) -> list[User]:
    """Colleagues who work on cases, whom the behaviour has not hit, and who are not the contact already."""
    provider, term = restriction.case.provider, namings.term_of(restriction)
    out = {*people_affected(restriction.case), term.person_id if term else None}
    return [each for each in access.holders(provider, access.keys_with(provider, Can.WORK_CASES)) if each.pk not in out]


def _change(request: SignedInRequest, restriction: Restriction, form: ChangeSpoc) -> HttpResponse:
    said = form.arguments()
    if "confirmed" in request.POST:
        act = services.cover_spoc if form.covers else services.change_spoc
        try:
            act(restriction.pk, by=request.user, at=timezone.now(), **said)
        except TransitionNotAllowed as refusal:
            return shared.too_late(request, str(refusal), _back(restriction))
        messages.success(request, "The resident is told whom to contact.")
        return redirect(_back(restriction))
    today = day_of(timezone.now())
    service.check_change(restriction, on=today, **said)
    person = User.objects.get(pk=said["person_id"])
    begins, ends = said.get("from_on", today), said.get("until_on")
    letter = letters.preview(
        "spoc_changed",
        restriction,
        service.change_facts(restriction, person, from_on=begins, until_on=ends),
        on=today,
        by=request.user,
    )
    here = reverse("restrictions:change_spoc", args=[restriction.reference])
    context = shared.step(
        restriction, here, typed=typed_in(request), letter=letter, person=person, begins=begins, ends=ends,
        reason=said["reason"], term=namings.term_of(restriction),
    )  # fmt: skip
    return render(request, "restrictions/check_change_spoc.html", context)


@require_POST
def cover_over(request: SignedInRequest, ref: str) -> HttpResponse:
    """The contact is back early; a second press changes nothing."""
    restriction = shared.find(request, ref)
    try:
        services.end_cover(restriction.pk, by=request.user, at=timezone.now())
    except TransitionNotAllowed as refusal:
        return shared.too_late(request, str(refusal), _back(restriction))
    messages.success(request, "The cover has ended. The resident is told whom to contact.")
    return redirect(_back(restriction))


@page
def check(request: SignedInRequest, ref: str) -> HttpResponse:
    """A colleague's look at the letters and decisions of the contact."""
    restriction = shared.find(request, ref)
    permissions.check_can_check_spoc(request.user, restriction)
    if not checking.is_checked(restriction):
        return redirect(_back(restriction))
    if over := _over(request, restriction):
        return over
    form = for_page(CheckSpoc, request)
    if form.is_bound and form.is_valid():
        with form.rules():
            try:
                services.record_check(restriction.pk, by=request.user, at=timezone.now(), **form.cleaned_data)
            except TransitionNotAllowed as refusal:
                return shared.too_late(request, str(refusal), _back(restriction))
            messages.success(request, "The check is recorded, and the next one is set.")
            return redirect(_back(restriction))
    policy = restriction.case.policy
    found = checking.standing_check(restriction)
    context = shared.step(
        restriction,
        form=form,
        term=namings.term_of(restriction),
        asked=policy.value("spoc.do").kept,
        by_whom=policy.value("spoc.quality_review_by").kept,
        due=found,
        explanation=found.explain() if found else "",
        before=list(restriction.spoc_checks.select_related("checked_by").order_by("-pk")[:5]),
    )
    return render(request, "restrictions/check_spoc.html", context)


@page
def follow_up(request: SignedInRequest, ref: str) -> HttpResponse:
    """What the checks left to be done, and that it has been."""
    restriction = shared.find(request, ref)
    permissions.check_can_follow_up(request.user, restriction)
    left = checking.left_over(restriction)
    if not left:
        return redirect(_back(restriction))
    form = for_page(forms.Reason, request, label="What has been done?", called="what has been done",
                    hint="If something is not done, say why.")  # fmt: skip
    if form.is_bound and form.is_valid():
        with form.rules():
            try:
                services.follow_up(restriction.pk, by=request.user, at=timezone.now(), done=form.cleaned_data["reason"])
            except TransitionNotAllowed as refusal:
                return shared.too_late(request, str(refusal), _back(restriction))
            messages.success(request, "What has been done is recorded.")
            return redirect(_back(restriction))
    return render(request, "restrictions/follow_up.html", shared.step(restriction, form=form, left=left))
