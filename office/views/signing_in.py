"""How the provider's people get in: second factors, lost ones, sessions that end, and under which address."""

from django import conf
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from audit import services as audit
from design import pages
from letters.services import mail
from office import people_forms, permissions
from office.forms import RemoveFactors, SigningIn, SignOut
from office.services import joining
from office.views.people import person_of
from people import invitations
from people import permissions as people
from people.access import SignedInRequest
from people.models import Provider, User
from people.services import ways_in


def settings(request: SignedInRequest) -> HttpResponse:
    """Which roles sign in with a second factor, and who has one."""
    permissions.check_can_open(request.user, request.user.provider)
    provider, at = request.user.provider, timezone.now()
    page = pages.Page(request, at=at, since=ways_in.saved(provider))

    def do(form: SigningIn, seen: str) -> str:
        given = form.cleaned_data
        ways_in.settle(
            provider.pk,
            factor_roles=given["factor_roles"],
            sign_on_only=given.get("sign_on_only", provider.sign_on_only),
            by=request.user,
            at=at,
            seen=seen,
        )
        return reverse("office:signing_in")

    return page.edit(
        SigningIn,
        known=lambda: ways_in.known(Provider.objects.get(pk=provider.pk)),
        do=do,
        show=lambda form: render(request, "office/signing_in.html", {"form": form, "people": ways_in.people(provider)}),
        sign_on=bool(conf.settings.SIGN_ON),
        roles=[(role.key, role.name) for role in provider.roles.order_by("-rank", "name")],
    )


def sign_out(request: SignedInRequest, ref: str) -> HttpResponse:
    """End every session of somebody: why, and what follows, on one page because it asks one thing."""
    permissions.check_can_open(request.user, request.user.provider)
    found = get_object_or_404(User, reference=ref, provider=request.user.provider)
    people.check_can_sign_out(request.user, found)
    page, back = pages.Page(request, at=timezone.now()), reverse("office:person", args=[ref])
    form = page.form(SignOut)

    def do(_: str | None) -> str:
        ended = ways_in.sign_out(found.pk, reason=form.cleaned_data["reason"], by=request.user, at=page.at)
        messages.success(request, f"{found.name} is signed out everywhere. Sessions ended: {ended}.")
        return back

    context = {"form": form, "person": found, "back": back}
    return page.decide(form, do=do, show=lambda: render(request, "office/person_sign_out.html", context))


def remove_factors(request: SignedInRequest, reference: str) -> HttpResponse:
    """Remove the second factor of somebody who has lost it: why, then what follows, then it is done."""
    permissions.check_can_open(request.user, request.user.provider)
    found = get_object_or_404(User, reference=reference, provider=request.user.provider)
    people.check_can_remove_factors(request.user, found)
    had, at = ways_in.factors(found), timezone.now()
    if not had:
        raise Http404
    page = pages.Page(request, at=at, since=audit.since(found, did=ways_in.ON_FACTORS))
    form = page.form(RemoveFactors)
    shown = {"the second factors": had}
    context = {"person": found, "had": ways_in.in_words(had)}

    def do(seen: str | None) -> str:
        ways_in.remove_factors(found.pk, reason=form.cleaned_data["reason"], by=request.user, at=at, seen=seen)
        return reverse("office:signing_in")

    return page.decide(
        form,
        check=lambda: pages.Check("office/remove_factors_check.html", {**context, **form.cleaned_data}, shown),
        do=do,
        show=lambda: render(request, "office/remove_factors.html", {**context, "form": form}),
    )


def change_address(request: SignedInRequest, ref: str) -> HttpResponse:
    """Give somebody another address to sign in with: what follows stands on the page, and the old address is told."""
    found = person_of(request, ref)
    people.check_can_change_address(request.user, found)
    back = reverse("office:person", args=[ref])
    if not found.is_active and request.method != "POST":
        return redirect(back)
    page = pages.Page(
        request, at=timezone.now(), context={"frame": "base.html"}, since=audit.since(found, did=ways_in.ON_ADDRESS)
    )
    form = page.form(people_forms.Address)

    def do(seen: str | None) -> str:
        was, typed = found.email, form.cleaned_data["email"]
        made = joining.change_address(found.pk, email=typed, by=request.user, at=page.at, seen=seen)
        told = f"{was} is told {mail.by_email()}"
        messages.success(request, f"{made.name} signs in with {made.email} from now on. {told}.")
        return back

    context = {"form": form, "person": found, "back": back, "invited": not invitations.why_not(found)}
    return page.decide(
        form,
        do=do,
        show=lambda: render(request, "office/person_address.html", context),
        shown={"the e-mail address": found.email},
    )
