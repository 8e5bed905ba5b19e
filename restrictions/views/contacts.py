"""The single point of contact: changed or covered, back again, their work checked, and what a check left done."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_fsm import TransitionNotAllowed

import design.forms
from cases.permissions import people_affected
from decisions import forms as asking
from decisions import views as decisions
from decisions.acts import Act
from design.dates import day_of
from design.pages import Check, Page
from letters import services as letters
from people import access
from people.access import Can, SignedInRequest, why_not
from people.models import User
from policies.provisions import SPOC_QUALITY_REVIEW
from restrictions import acts, permissions, shown
from restrictions.forms.contacts import ChangeSpoc, CheckSpoc
from restrictions.forms.deciding import Agree, Reason
from restrictions.models import Restriction
from restrictions.services.contacts import changing, checking, leaving
from restrictions.services.contacts.changing import NewContact
from restrictions.views import consulting, shared


def _back(restriction: Restriction) -> str:
    return reverse("restrictions:view", args=[restriction.reference])


def may_change(user: User, restriction: Restriction, act: Act) -> bool:
    """Whether somebody may name another contact: whoever is it, or one of those whom the policy lets."""
    return _hands_over(user, restriction, for_good=False) or not act.why_not(user)


def _hands_over(user: User, restriction: Restriction, *, for_good: bool) -> bool:
    return permissions.hands_over(user, restriction, timezone.localdate(), for_good=for_good)


def _decided_by(user: User, restriction: Restriction) -> tuple[Act | None, bool]:
    """The act by which another is named, None for whoever hands over alone; and whether they can only name a cover."""
    act = acts.change_contact(restriction)
    if _hands_over(user, restriction, for_good=True):
        return None, False
    return (None, True) if act.why_not(user) and _hands_over(user, restriction, for_good=False) else (act, False)


def section(user: User, restriction: Restriction) -> dict[str, Any] | None:
    """What the page of a restriction says of its contact: who it is today, covers, checks, and what this reader may do.

    None where no single point of contact is named.
    """
    term = restriction.contact_term()
    if term is None:
        return None
    today = timezone.localdate()
    runs = restriction.is_in_force(today)
    covers = [each for each in restriction.standing_namings() if each.until_on and each.until_on >= today]
    return {
        "person": term.person,
        "today": restriction.contact_on(today) if runs else None,
        "cover": covers[0] if covers else None,
        "history": list(restriction.namings.select_related("person", "named_by", "letter")),
        "checks": list(restriction.spoc_checks.select_related("checked_by", "followed_up_by").order_by("-pk")),
        "left": runs and checking.left_over(restriction),
        "runs": runs,
        "holder_left": runs and leaving.has_left(term.person, restriction),
        "cover_left": bool(runs and covers and leaving.has_left(covers[0].person, restriction)),
        "may_change": runs and may_change(user, restriction, acts.change_contact(restriction)),
        "may_check": runs
        and checking.is_checked(restriction)
        and not why_not(permissions.check_can_check_spoc, user, restriction),
        "may_follow_up": runs and not why_not(permissions.check_can_follow_up, user, restriction),
        "form": design.forms.Form(),
    }


def _over(request: SignedInRequest, restriction: Restriction) -> HttpResponse | None:
    """The way back where there is no contact, a 409 where the restriction is over; None where it runs."""
    if restriction.contact_term() is None:
        return redirect(_back(restriction))
    if restriction.is_in_force(timezone.localdate()):
        return None
    return shared.too_late(request, f"{restriction.reference} is not in force.", _back(restriction))


def change(request: SignedInRequest, ref: str) -> HttpResponse:
    """Another person, for good or as cover: who, how long, why; the letter; one POST."""
    restriction = shared.find(request, ref)
    act, cover_only = _decided_by(request.user, restriction)
    if act:
        act.check(request.user)
    if over := _over(request, restriction):
        return over
    page, put = shared.page(request, restriction), act.put if act else {}
    found = decisions.together(act, request.user) if act else {}
    if page.posted and found.get("spoken"):
        return redirect(_back(restriction))
    form = _form(page, restriction, act, request.user, cover_only=cover_only)

    def new() -> NewContact:
        return form.contact() if isinstance(form, ChangeSpoc) else NewContact.of_put(put)

    def check() -> Check | None:
        if asking.does_not_agree(form):
            return None
        made = changing.plan(restriction, form.said(), new(), by=request.user, at=page.at)
        context = {
            "letter": letters.preview("spoc_changed", restriction, made.letter, on=day_of(page.at), by=request.user),
            "made": made,
            "said": form.said(),
            "term": restriction.contact_term(),
            "still_waits_for": found.get("still_waits_for", []),
        }
        return Check("restrictions/check_change_spoc.html", context, made.shown())

    def do(seen: str | None) -> str:
        if asking.does_not_agree(form):
            changing.disagree_to_change(restriction.pk, by=request.user, at=page.at, reasons=form.said().reasons)
            messages.success(request, "It is recorded that you do not agree. The contact stays as it is.")
            return _back(restriction)
        now = changing.change(restriction.pk, form.said(), new(), by=request.user, at=page.at, seen=seen)
        waits = act is not None and bool(acts.change_contact(now).voices)
        said = "Your decision is recorded. It waits for the others."
        messages.success(request, said if waits else "The resident is told whom to contact.")
        return _back(restriction)

    def show() -> HttpResponse:
        asked = consulting.asked_first(restriction, act, request.user) if act else []
        known = {"asked_first": asked, "hands_over": _why_alone(act, cover_only), **_to_change(restriction, put)}
        context = shared.step(restriction, form=form, **known, **found)
        return render(request, "restrictions/change_spoc.html", context)

    return page.decide(
        form,
        shown=shown.standing(restriction),
        check=check,
        do=do,
        show=show,
        late=lambda refusal: shared.too_late(request, str(refusal), _back(restriction)),
    )


def _form(
    page: Page, restriction: Restriction, act: Act | None, reader: User, *, cover_only: bool
) -> ChangeSpoc | Agree:
    """Who takes over, and why; or whether one agrees to what another has put before the others."""
    if act and act.put:
        return page.form(Agree, act=act, policy=restriction.case.policy)
    people = _possible(restriction)
    return page.form(ChangeSpoc, people=people, act=act, reader=reader, cover_only=cover_only)


def _why_alone(act: Act | None, cover_only: bool) -> str:
    """Why nobody else decides it, for whoever hands over; "" for those whom the policy has decide."""
    if act:
        return ""
    if cover_only:
        return (
            "You are the single point of contact, or cover now, so you can name a cover. "
            "Who is named for good is decided by whom the policy names."
        )
    return "You are the single point of contact, or cover now, so you hand over yourself: nobody else decides it."


def _to_change(restriction: Restriction, put: dict[str, Any]) -> dict[str, Any]:
    """Who is the contact, where the terms name them, what the policy says of cover; and what was put before others."""
    term = restriction.contact_term()
    return {
        "term": term,
        "rules": restriction.case.policy.value("spoc.cover").kept,
        "named": restriction.words_that_name(term.person) if term and term.person else [],
        "put": put,
        "put_person": User.objects.filter(pk=put["person_id"]).first() if put else None,
        "put_contact": NewContact.of_put(put) if put else None,
    }


def _possible(restriction: Restriction) -> list[User]:
    """Colleagues who work on cases, whom the behaviour has not hit, and who are not the contact already."""
    provider, term = restriction.case.provider, restriction.contact_term()
    out = {*people_affected(restriction.case), term.person_id if term else None}
    return [each for each in access.holders(provider, access.keys_with(provider, Can.WORK_CASES)) if each.pk not in out]


@require_POST
def cover_over(request: SignedInRequest, ref: str) -> HttpResponse:
    """The contact is back early; a second press changes nothing."""
    restriction = shared.find(request, ref)
    changing.check_can_end_cover(request.user, restriction)
    page = shared.page(request, restriction)
    form = page.form(design.forms.Form)

    def do(seen: str | None) -> str:
        changing.end_cover(restriction.pk, by=request.user, at=page.at)
        messages.success(request, "The cover has ended. The resident is told whom to contact.")
        return _back(restriction)

    def late(refusal: TransitionNotAllowed) -> HttpResponse:
        return shared.too_late(request, str(refusal), _back(restriction))

    return page.decide(form, do=do, show=lambda: redirect(_back(restriction)), late=late)


def check(request: SignedInRequest, ref: str) -> HttpResponse:
    """A colleague's look at the letters and decisions of the contact."""
    restriction = shared.find(request, ref)
    permissions.check_can_check_spoc(request.user, restriction)
    if not checking.is_checked(restriction):
        return redirect(_back(restriction))
    if over := _over(request, restriction):
        return over
    page = shared.page(request, restriction)
    form = page.form(CheckSpoc)

    def do(seen: str | None) -> str:
        checking.record_check(restriction.pk, by=request.user, at=page.at, **form.cleaned_data)
        messages.success(request, "The check is recorded, and the next one is set.")
        return _back(restriction)

    def show() -> HttpResponse:
        policy = restriction.case.policy
        found = checking.standing_check(restriction)
        context = shared.step(
            restriction,
            form=form,
            term=restriction.contact_term(),
            asked=policy.value("spoc.do").kept,
            by_whom=policy.value(f"{SPOC_QUALITY_REVIEW}_by").kept,
            due=found,
            explanation=found.explain() if found else "",
            before=list(restriction.spoc_checks.select_related("checked_by").order_by("-pk")[:5]),
        )
        return render(request, "restrictions/check_spoc.html", context)

    return page.decide(
        form, do=do, show=show, late=lambda refusal: shared.too_late(request, str(refusal), _back(restriction))
    )


def follow_up(request: SignedInRequest, ref: str) -> HttpResponse:
    """What the checks left to be done, and that it has been."""
    restriction = shared.find(request, ref)
    permissions.check_can_follow_up(request.user, restriction)
    left = checking.left_over(restriction)
    if not left:
        return redirect(_back(restriction))
    page = shared.page(request, restriction)
    form = page.form(
        Reason, label="What has been done?", called="what has been done", hint="If something is not done, say why."
    )

    def do(seen: str | None) -> str:
        checking.follow_up(restriction.pk, by=request.user, at=page.at, done=form.said().reasons)
        messages.success(request, "What has been done is recorded.")
        return _back(restriction)

    context = shared.step(restriction, form=form, left=left)
    return page.decide(
        form,
        do=do,
        show=lambda: render(request, "restrictions/follow_up.html", context),
        late=lambda refusal: shared.too_late(request, str(refusal), _back(restriction)),
    )
