"""Office, People: who has an account, in which roles, under whom; adding, changing and closing one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from design import dates, pages
from letters.services import mail
from office import people_forms as forms
from office import permissions
from office.services import closing, joining
from people import access, invitations
from people import permissions as people_permissions
from people import services as people
from people.access import SignedInRequest
from people.models import Cover, Holding, Provider, Role, User
from worklist.services import handing_over

ROWS_A_PAGE = 50


@dataclass(frozen=True)
class Row:
    """One person on the list."""

    person: User
    roles: str
    place: str
    away: Cover | None
    waits: bool


@dataclass(frozen=True)
class Held:
    """One role of somebody, in words: who gave it and when, its days, and whether it is in force."""

    pk: int
    name: str
    line: str
    state: str
    colour: str = ""


@require_safe
def everybody(request: SignedInRequest) -> HttpResponse:
    """Who has an account, by name; roles that nobody holds; administrators whom somebody has still to confirm."""
    provider = opened(request)
    roles = people.named_roles(provider, timezone.localdate())
    form = forms.Find(request.GET or None, roles=roles)
    typed = form.cleaned_data if form.is_bound and form.is_valid() else {"q": "", "role": "", "account": ""}
    page = Paginator(_found(provider, typed), ROWS_A_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    access.read_rights(shown)
    today = timezone.localdate()
    away = {one.person_id: one for one in Cover.objects.in_force(today).filter(person__in=shown, away=True)}
    waiting = Holding.objects.standing().filter(granted_at__isnull=True, user__provider=provider)
    proposals = list(waiting.select_related("user", "role", "proposed_by"))
    proposed = {one.user_id for one in proposals}
    context = {
        "form": form,
        "filtered": any(typed.values()),
        "page": page,
        "rows": [Row(one, _roles(one, provider), _place(one), away.get(one.pk), one.pk in proposed) for one in shown],
        "nobodys": [role for role in roles if not getattr(role, "held", 0)],
        "proposals": proposals,
        "alone": len(permissions.administrators(provider)) < 2,
    }
    return render(request, "office/people.html", context)


def _found(provider: Provider, typed: dict[str, str]) -> QuerySet[User]:
    found = User.objects.filter(provider=provider).select_related("line_manager", "organisation").order_by("name", "pk")
    if typed["account"] != "all":
        found = found.filter(is_active=typed["account"] != "closed")
    if words := typed["q"].strip():
        found = found.filter(Q(name__icontains=words) | Q(email__icontains=words))
    return found.filter(access.holding(provider, [typed["role"]])) if typed["role"] else found


def _roles(person: User, provider: Provider) -> str:
    names = [role.name for role in person.roles if role.provider_id == provider.pk] or ["No role"]
    return ", ".join([*names, person.organisation.name] if person.organisation else names)


def _place(person: User) -> str:
    boss = f"Line manager {person.line_manager.name}" if person.line_manager else "No line manager"
    return f"{boss}, team {person.team}" if person.team else boss


def _held(one: Holding, today: date) -> Held:
    if one.granted_at is None:
        assert one.proposed_by is not None and one.proposed_at is not None
        line, state = f"Proposed by {one.proposed_by.name}, {dates.moment(one.proposed_at)}", "Waiting"
    else:
        by = f" by {one.granted_by.name}" if one.granted_by else ""
        line, state = f"Given on {dates.day(one.granted_at)}{by}", "In force" if one.is_in_force(today) else "Over"
    if one.from_on:
        line, state = f"{line}, from {dates.day(one.from_on)}", "Not yet" if one.from_on > today else state
    if one.until_on:
        line = f"{line}, last day {dates.day(one.until_on)}"
    return Held(one.pk, one.role.name, line, state, "grey" if state in ("Over", "Not yet") else "")


def add(request: SignedInRequest) -> HttpResponse:
    """Add somebody: account, roles, invitation."""
    provider = opened(request)
    page = pages.Page(request, at=timezone.now(), context={"frame": "base.html"})
    roles = _roles_of(provider)
    form = page.form(forms.Add, roles=roles, managers=_managers(provider), organisations=_organisations(provider))

    def do(_: str | None) -> str:
        typed = form.cleaned_data
        given = [joining.RoleGiven(int(pk), reason=typed["reason"]) for pk in typed["roles"]]
        made = joining.add_person(
            provider,
            email=typed["email"],
            details=form.details(),
            roles=given,
            organisation_id=forms.key_of(typed["organisation"]),
            by=request.user,
            at=page.at,
        )
        messages.success(request, f"{made.name} has an account, and an invitation goes out {mail.by_email()}.")
        return reverse("office:person", args=[made.reference])

    return page.decide(form, do=do, show=lambda: render(request, "office/person_add.html", {"form": form}))


@require_safe
def person(request: SignedInRequest, ref: str) -> HttpResponse:
    """One person: roles with their days, who covers, what is theirs, and what can be done with the account."""
    found = person_of(request, ref)
    today = timezone.localdate()
    holdings = list(found.holdings.select_related("role", "granted_by", "proposed_by").order_by("ended_at", "-pk"))
    context = {
        "person": found,
        "contact": found.as_contact,
        "roles": [_held(one, today) for one in holdings if one.ended_at is None],
        "past_roles": [one for one in holdings if one.ended_at is not None],
        "covers": list(found.covers.standing(today).select_related("colleague")),
        "covering": list(Cover.objects.standing(today).filter(colleague=found).select_related("person")),
        "work": handing_over.work_of(found),
        "reports": User.objects.filter(line_manager=found, is_active=True).order_by("name"),
        "why_not_invited": invitations.why_not(found),
        "why_no_address": access.why_not(people_permissions.check_can_change_address, request.user, found),
        "why_no_roles": access.why_not(permissions.check_can_give_roles, request.user, found),
        "why_not_closed": access.why_not(permissions.check_can_close, request.user, found),
    }
    return render(request, "office/person.html", context)


def change(request: SignedInRequest, ref: str) -> HttpResponse:
    """Change what is kept of somebody, with what letters show of them."""
    found = person_of(request, ref)
    back = reverse("office:person", args=[ref])
    context = {"frame": "base.html", "person": found, "back": back}
    page = pages.Page(request, at=timezone.now(), context=context, since=people.staff_saved(found))

    def do(form: forms.Details, seen: str) -> str:
        people.change_account(found.pk, form.details(), by=request.user, at=page.at, seen=seen)
        messages.success(request, "Saved.")
        return back

    return page.edit(
        forms.Details,
        known=lambda: asdict(people.staff_details(User.objects.get(pk=found.pk))),
        initial=lambda kept: {**kept, "line_manager": str(kept["line_manager"] or "")},
        show=lambda form: render(request, "office/person_change.html", {**context, "form": form}),
        do=do,
        managers=[one for one in _managers(found.provider) if one.pk != found.pk],
    )


def invite(request: SignedInRequest, ref: str) -> HttpResponse:
    """Send the invitation again."""
    found = person_of(request, ref)
    back = reverse("office:person", args=[ref])
    page = pages.Page(request, at=timezone.now(), context={"frame": "base.html"})
    form = page.form(forms.Nothing)

    def do(_: str | None) -> str:
        joining.invite(found.pk, by=request.user, at=page.at)
        messages.success(request, f"An invitation goes to {found.email}.")
        return back

    context = {"form": form, "person": found, "back": back, "why_not": invitations.why_not(found)}
    return page.decide(form, do=do, show=lambda: render(request, "office/person_invite.html", context))


def give_role(request: SignedInRequest, ref: str) -> HttpResponse:
    """Give somebody a role, at once or between two days."""
    found = person_of(request, ref)
    permissions.check_can_give_roles(request.user, found)
    back = reverse("office:person", args=[ref])
    page = pages.Page(request, at=timezone.now(), context={"frame": "base.html"})
    held = set(found.holdings.standing().values_list("role", flat=True))
    form = page.form(forms.GiveRole, roles=[one for one in _roles_of(found.provider) if one.pk not in held])

    def do(_: str | None) -> str:
        typed = form.cleaned_data
        given = joining.RoleGiven(int(typed["role"]), typed["from_on"], typed["until_on"], typed["reason"])
        made = joining.give_role(found.pk, given, by=request.user, at=page.at)
        said = "Proposed. Another administrator is asked to confirm it." if made.waits else "The role is given."
        messages.success(request, said)
        return back

    context = {"form": form, "person": found, "back": back, "alone": len(_administrators(request, found)) == 0}
    return page.decide(form, do=do, show=lambda: render(request, "office/role_give.html", context))


def role(request: SignedInRequest, ref: str, pk: int) -> HttpResponse:
    """One role of somebody: confirm it where it is proposed, set its last day, or take it away."""
    found = person_of(request, ref)
    holding = get_object_or_404(
        Holding.objects.standing().select_related("role", "user", "proposed_by", "granted_by"), pk=pk, user=found
    )
    back = reverse("office:person", args=[ref])
    page = pages.Page(request, at=timezone.now(), context={"frame": "base.html"})
    form = page.form(forms.LastDay, {"until_on": holding.until_on})

    def took(_: str | None) -> str:
        joining.take_role(holding.pk, by=request.user, at=page.at)
        messages.success(request, "The proposal is refused." if holding.waits else "The role is taken away.")
        return back

    def confirmed(_: str | None) -> str:
        joining.confirm_role(holding.pk, by=request.user, at=page.at)
        messages.success(request, f"{found.name} is {holding.role.name}.")
        return back

    def do(_: str | None) -> str:
        joining.set_last_day(holding.pk, form.cleaned_data["until_on"], by=request.user, at=page.at)
        messages.success(request, "The last day is saved.")
        return back

    own = request.user.pk in (holding.proposed_by_id, found.pk)
    context = {"form": form, "person": found, "holding": holding, "back": back, "own": own}
    also = {"take": took, "confirm": confirmed} if holding.waits else {"take": took}
    return page.decide(
        form,
        do=do,
        also=also,
        show=lambda: render(request, "office/role.html", context),
        shown={"the role and its days": [holding.role.key, holding.until_on, holding.waits]},
    )


def close(request: SignedInRequest, ref: str) -> HttpResponse:
    """Close an account: what is theirs, who takes it over, and what ends."""
    found = person_of(request, ref)
    permissions.check_can_close(request.user, found)
    back = reverse("office:person", args=[ref])
    if not found.is_active and request.method != "POST":
        return redirect(back)
    page = pages.Page(request, at=timezone.now(), context={"frame": "base.html"})
    theirs = closing.theirs(found, at=page.at)
    form = page.form(
        forms.Close,
        successors=handing_over.who_can_take(found),
        managers=closing.who_can_manage(found),
        work=theirs.needs_successor,
        reports=bool(theirs.reports),
    )

    def do(seen: str | None) -> str:
        typed = form.cleaned_data
        closing.close(
            found.pk,
            successor_id=forms.key_of(typed["successor"]),
            manager_id=forms.key_of(typed.get("manager", "")),
            reason=typed["reason"],
            by=request.user,
            at=page.at,
            seen=seen,
        )
        handed_on = ", and what was theirs is handed on" if theirs.needs_successor else ""
        messages.success(request, f"The account of {found.name} is closed{handed_on}.")
        return back

    context = {"form": form, "person": found, "back": back, "theirs": theirs}
    return page.decide(
        form, do=do, show=lambda: render(request, "office/person_close.html", context), shown=theirs.shown()
    )


def reopen(request: SignedInRequest, ref: str) -> HttpResponse:
    """Open a closed account again, without roles; the invitation goes out anew."""
    found = person_of(request, ref)
    permissions.check_can_close(request.user, found)
    back = reverse("office:person", args=[ref])
    if found.is_active and request.method != "POST":
        return redirect(back)
    page = pages.Page(request, at=timezone.now(), context={"frame": "base.html"})
    form = page.form(forms.Nothing)

    def do(_: str | None) -> str:
        joining.open_again(found.pk, by=request.user, at=page.at)
        messages.success(request, f"The account of {found.name} is open. An invitation goes to {found.email}.")
        return back

    context = {"form": form, "person": found, "back": back}
    return page.decide(form, do=do, show=lambda: render(request, "office/person_reopen.html", context))


def away(request: SignedInRequest, ref: str) -> HttpResponse:
    """Write down between which days somebody is away, and who covers."""
    found = person_of(request, ref)
    back = reverse("office:person", args=[ref])
    page = pages.Page(request, at=timezone.now(), context={"frame": "base.html"})
    form = page.form(forms.Away, colleagues=handing_over.who_can_take(found))

    def do(_: str | None) -> str:
        typed = form.cleaned_data
        joining.arrange_absence(
            found.pk,
            colleague_id=forms.key_of(typed["colleague"]),
            from_on=typed["from_on"],
            until_on=typed["until_on"],
            by=request.user,
            at=page.at,
        )
        messages.success(request, "The absence is saved.")
        return back

    contacts = closing.contacts_of(found, at=page.at)
    context = {"form": form, "person": found, "back": back, "contacts": contacts}
    return page.decide(form, do=do, show=lambda: render(request, "office/person_away.html", context))


def end_cover(request: SignedInRequest, ref: str, pk: int) -> HttpResponse:
    """End an absence or a cover before its last day."""
    found = person_of(request, ref)
    cover = get_object_or_404(found.covers.standing(timezone.localdate()).select_related("colleague"), pk=pk)
    back = reverse("office:person", args=[ref])
    page = pages.Page(request, at=timezone.now(), context={"frame": "base.html"})
    form = page.form(forms.Nothing)

    def do(_: str | None) -> str:
        joining.end_absence(cover.pk, by=request.user, at=page.at)
        messages.success(request, "It is ended.")
        return back

    context = {"form": form, "person": found, "cover": cover, "back": back}
    return page.decide(form, do=do, show=lambda: render(request, "office/cover_end.html", context))


# What the pages share


def opened(request: SignedInRequest) -> Provider:
    """The provider whose accounts the reader keeps. Raises NotPermitted."""
    permissions.check_can_keep_people(request.user, request.user.provider)
    return request.user.provider


def person_of(request: SignedInRequest, ref: str) -> User:
    """Somebody of the reader's own provider; 404 where nobody there has that reference."""
    related = ("provider", "organisation", "line_manager", "successor")
    return get_object_or_404(User.objects.select_related(*related), reference=ref, provider=opened(request))


def _roles_of(provider: Provider) -> list[Role]:
    return people.named_roles(provider, timezone.localdate())


def _managers(provider: Provider) -> Sequence[User]:
    return list(User.objects.filter(provider=provider, is_active=True, organisation=None).order_by("name"))


def _organisations(provider: Provider) -> Any:
    return provider.organisations.filter(closed_at=None).order_by("name")


def _administrators(request: SignedInRequest, found: User) -> list[User]:
    return [one for one in permissions.administrators(found.provider) if one.pk not in (request.user.pk, found.pk)]
