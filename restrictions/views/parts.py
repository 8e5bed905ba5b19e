"""The parts of a proposal, a page each: saved by itself, and never over what somebody else saved meanwhile."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from cases import ladder
from cases.models import Assessment
from cases.permissions import people_affected
from design.pages import DO
from people import access
from people.access import Can, SignedInRequest
from people.models import Need, User
from restrictions import limits, permissions, rules
from restrictions.forms import proposing as forms
from restrictions.forms.evidence import Evidence
from restrictions.forms.running import WhenReviewed
from restrictions.models import Restriction, Term
from restrictions.services.parts import evidence as evidence_part
from restrictions.services.parts import length as length_part
from restrictions.services.parts import needs as needs_part
from restrictions.services.parts import terms as terms_part
from restrictions.views import shared

State = Restriction.State
CHANNEL_NAMES = (*forms.CHANNELS, Term.Channel.SPOC, Term.Channel.OTHER)


def mine(request: SignedInRequest, ref: str) -> Restriction:
    """A proposal that this person may write; raises NotPermitted, which says who may."""
    restriction = shared.find(request, ref)
    permissions.check_can_prepare(request.user, restriction)
    return restriction


def stale(request: SignedInRequest, restriction: Restriction) -> HttpResponse | None:
    """A page where a proposal can no longer be written, because it waits or was decided."""
    if restriction.state in (State.DRAFT, State.RETURNED):
        return None
    why = f"{restriction.reference} is “{restriction.get_state_display()}”, so it can no longer be changed."
    return shared.too_late(request, why, reverse("restrictions:view", args=[restriction.reference]))


def _list(restriction: Restriction) -> str:
    return reverse("restrictions:proposal", args=[restriction.reference])


def _render(request: SignedInRequest, template: str, restriction: Restriction, **context: Any) -> HttpResponse:
    whole = shared.step(restriction, _list(restriction)) | context
    return render(request, f"restrictions/{template}.html", whole)


def evidence(request: SignedInRequest, ref: str) -> HttpResponse:
    """Which incidents; and, where one was dangerous, whether the usual stages are left out."""
    restriction = mine(request, ref)
    if too_late := stale(request, restriction):
        return too_late
    case, policy = restriction.case, restriction.case.policy
    listed = rules.possible_evidence(case)
    counting = [each for each in listed if rules.counts_as_evidence(each, case)]
    page = shared.page(request, restriction)

    def do(form: Evidence, seen: str) -> str:
        chosen = evidence_part.Evidence(
            incidents=[int(pk) for pk in form.cleaned_data["incidents"]],
            summary=form.cleaned_data["summary"],
            extreme=form.cleaned_data.get("extreme") or False,
            extreme_reason=form.cleaned_data.get("extreme_reason", ""),
            extreme_answers=form.answers(),
            path=form.taken(),
            **form.police(),
        )
        evidence_part.save_evidence(restriction.pk, chosen, by=request.user, at=page.at, seen=seen)
        return _list(restriction)

    def show(form: Evidence) -> HttpResponse:
        others = [each for each in listed if each not in counting]
        return _render(request, "evidence", restriction, form=form, counting=counting, others=others)

    return page.edit(
        Evidence,
        known=lambda: evidence_part.known_evidence(restriction),
        initial=lambda known: known if known["incidents"] else {**known, "extreme": None},
        do=do,
        show=show,
        incidents=counting,
        case=case,
        paths=ladder.ways_out(policy, counting),
    )


def risk(request: SignedInRequest, ref: str) -> HttpResponse:
    """Which risk assessment of the case it uses."""
    restriction = mine(request, ref)
    if too_late := stale(request, restriction):
        return too_late
    made = list(
        restriction.case.assessments.filter(kind=Assessment.Kind.RISK).select_related("made_by").order_by("-made_at")
    )
    page = shared.page(request, restriction)

    def do(form: forms.Risk, seen: str) -> str:
        chosen = int(form.cleaned_data["assessment"])
        needs_part.save_risk(restriction.pk, by=request.user, at=page.at, assessment_id=chosen, seen=seen)
        return _list(restriction)

    def show(form: forms.Risk) -> HttpResponse:
        gate = next((each for each in rules.gates(restriction.case.policy) if each.key == "risk_assessment"), None)
        return _render(request, "risk", restriction, form=form, made=made, gate=gate)

    return page.edit(forms.Risk, known=lambda: needs_part.known_risk(restriction), do=do, show=show, assessments=made)


def needs(request: SignedInRequest, ref: str) -> HttpResponse:
    """What is known of the resident's needs, and what regard was had to them."""
    restriction = mine(request, ref)
    if too_late := stale(request, restriction):
        return too_late
    page = shared.page(request, restriction)

    def do(form: forms.Needs, seen: str) -> str:
        needs_part.save_needs(restriction.pk, by=request.user, at=page.at, seen=seen, **form.cleaned_data)
        return _list(restriction)

    def show(form: forms.Needs) -> HttpResponse:
        policy, resident = restriction.case.policy, restriction.case.resident
        standing = Need.objects.visible_to(request.user).standing().filter(resident=resident)
        return _render(
            request,
            "needs",
            restriction,
            form=form,
            weighed=bool(restriction.needs_considered) and request.method != "POST",
            known=standing.order_by("kind", "pk"),
            adjustments=policy.value("restriction.adjustments").kept,
            changed=restriction.needs_version not in (None, resident.needs_version),
        )

    return page.edit(forms.Needs, known=lambda: needs_part.known_needs(restriction), do=do, show=show)


def terms(request: SignedInRequest, ref: str) -> HttpResponse:
    """First page of the terms: how far each channel is limited, and what is always accepted."""
    restriction = mine(request, ref)
    if too_late := stale(request, restriction):
        return too_late
    page, kinds = shared.page(request, restriction), restriction.case.policy.restriction_kinds

    def do(form: forms.Channels, seen: str | None) -> str:
        chosen = form.chosen()
        if "kinds" in form.fields:
            listed = form.cleaned_data["kinds"]
            terms_part.save_kinds(restriction.pk, by=request.user, at=page.at, kinds=listed, seen=seen)
            seen = None
        if any(v in (Term.Limit.LIMITED, "yes") for v in chosen.values()):
            query = QueryDict(mutable=True)
            query.update(chosen)
            return f"{reverse('restrictions:limits', args=[ref])}?{query.urlencode()}"
        plain = forms.Limits(chosen=chosen, people=[]).plain_terms()
        terms_part.save_terms(restriction.pk, by=request.user, at=page.at, terms=plain, seen=seen)
        return reverse("restrictions:instructions", args=[ref])

    return page.edit(
        forms.Channels,
        known=lambda: terms_part.known_terms(restriction),
        initial=forms.as_asked,
        do=do,
        show=lambda form: _render(
            request, "terms", restriction, form=form, always=restriction.case.policy.always_accept, kinds=kinds
        ),
        kinds=kinds,
    )


def limits_page(request: SignedInRequest, ref: str) -> HttpResponse:
    """Second page of the terms: what each limited channel is limited to."""
    restriction = mine(request, ref)
    if too_late := stale(request, restriction):
        return too_late
    typed = request.POST if request.method == "POST" else getattr(request, "kept_typing", request.GET)
    chosen = {name: value for name, value in typed.items() if name in CHANNEL_NAMES}
    if not chosen:
        return redirect("restrictions:terms", ref)
    page = shared.page(request, restriction)

    def do(form: forms.Limits, seen: str) -> str:
        terms_part.save_terms(restriction.pk, by=request.user, at=page.at, terms=form.terms(), seen=seen)
        return reverse("restrictions:instructions", args=[ref])

    def show(form: forms.Limits) -> HttpResponse:
        back, always = reverse("restrictions:terms", args=[ref]), restriction.case.policy.always_accept
        return _render(request, "limits", restriction, form=form, back=back, always=always)

    return page.edit(
        forms.Limits,
        known=lambda: terms_part.known_terms(restriction),
        initial=forms.as_asked,
        do=do,
        show=show,
        chosen=chosen,
        people=_possible_contacts(restriction),
        both=page.button == DO,
    )


def _possible_contacts(restriction: Restriction) -> list[User]:
    """Colleagues who work on cases and whom the behaviour has not hit."""
    provider = restriction.case.provider
    hit = people_affected(restriction.case)
    return [each for each in access.holders(provider, access.keys_with(provider, Can.WORK_CASES)) if each.pk not in hit]


def instructions(request: SignedInRequest, ref: str) -> HttpResponse:
    """Third page of the terms: what staff, the front line, contractors and the resident will read."""
    restriction = mine(request, ref)
    if too_late := stale(request, restriction):
        return too_late
    page, registers = shared.page(request, restriction), rules.registers_for(restriction)

    def do(form: forms.Instructions, seen: str) -> str:
        typed = form.cleaned_data
        said = terms_part.Instructions(
            orders=form.orders(),
            risks=typed.get("risks", []),
            share_with_contractors=bool(typed.get("share_with_contractors")),
            tell_resident=typed.get("tell_resident") is not False,
            not_told_reason=typed.get("not_told_reason", ""),
            look_again_on=typed.get("look_again_on"),
        )
        terms_part.save_instructions(restriction.pk, said, by=request.user, at=page.at, seen=seen)
        return _list(restriction)

    def show(form: forms.Instructions) -> HttpResponse:
        arrangement, back = limits.arrangement(limits.of(restriction)), reverse("restrictions:terms", args=[ref])
        return _render(
            request, "instructions", restriction, form=form, registers=registers, arrangement=arrangement, back=back
        )

    unasked = {"share_with_contractors": None, "tell_resident": None}
    return page.edit(
        forms.Instructions,
        known=lambda: terms_part.known_instructions(restriction),
        initial=lambda known: known if known["instructions"] else {**known, **unasked},
        do=do,
        show=show,
        policy=restriction.case.policy,
        registers=registers,
    )


def length(request: SignedInRequest, ref: str) -> HttpResponse:
    """How many months; no length is suggested."""
    restriction = mine(request, ref)
    if too_late := stale(request, restriction):
        return too_late
    page = shared.page(request, restriction)

    def do(form: forms.Length, seen: str) -> str:
        months = form.cleaned_data["months"]
        length_part.save_length(restriction.pk, by=request.user, at=page.at, months=months, seen=seen)
        return _list(restriction)

    return page.edit(
        forms.Length,
        known=lambda: length_part.known_length(restriction),
        do=do,
        show=lambda form: _render(request, "length", restriction, form=form),
        policy=restriction.case.policy,
    )


def when_reviewed(request: SignedInRequest, ref: str) -> HttpResponse:
    """When it is reviewed, where the policy leaves that to the case; else there is nothing to set."""
    restriction = mine(request, ref)
    if too_late := stale(request, restriction):
        return too_late
    if not rules.review_left_to_the_case(restriction.case.policy):
        return redirect("restrictions:proposal", ref)
    page = shared.page(request, restriction)

    def do(form: WhenReviewed, seen: str) -> str:
        length_part.save_review(restriction.pk, by=request.user, at=page.at, seen=seen, **form.arguments())
        return _list(restriction)

    return page.edit(
        WhenReviewed,
        known=lambda: length_part.known_review(restriction),
        initial=_when,
        do=do,
        show=lambda form: _render(request, "when_reviewed", restriction, form=form),
        policy=restriction.case.policy,
    )


def _when(known: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of the review, as the form asks it: which of three ways, and what belongs to it."""
    if known["no_review_reason"]:
        return {**known, "when": WhenReviewed.NONE}
    return {**known, "when": WhenReviewed.MONTHS} if known["review_months"] else dict(known)


def less(request: SignedInRequest, ref: str) -> HttpResponse:
    """Why a restriction, and why not less."""
    restriction = mine(request, ref)
    if too_late := stale(request, restriction):
        return too_late
    page = shared.page(request, restriction)

    def do(form: forms.Less, seen: str) -> str:
        length_part.save_less(restriction.pk, by=request.user, at=page.at, seen=seen, **form.cleaned_data)
        return _list(restriction)

    def show(form: forms.Less) -> HttpResponse:
        return _render(request, "less", restriction, form=form, questions=rules.questions(restriction.case.policy))

    return page.edit(forms.Less, known=lambda: length_part.known_less(restriction), do=do, show=show)
