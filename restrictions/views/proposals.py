"""Preparing a proposal: the task list, a page a part, the check, the confirmation."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases import ladder
from cases.models import Assessment
from cases.permissions import people_affected
from design.components import Task
from design.dates import day_of
from design.forms import for_page
from people import access
from people.access import Can, SignedInRequest
from people.models import Need, User
from restrictions import forms, limits, permissions, services
from restrictions.models import Restriction, Term
from restrictions.services import NotReady, asked, parts, telling
from restrictions.views import shared, together

State = Restriction.State
page = require_http_methods(["GET", "HEAD", "POST"])
CHANNEL_NAMES = (*forms.CHANNELS, Term.Channel.SPOC, Term.Channel.OTHER)


def _mine(request: SignedInRequest, ref: str) -> Restriction:
    """A proposal that this person may write; raises NotPermitted, which says who may."""
    restriction = shared.find(request, ref)
    permissions.check_can_prepare(request.user, restriction)
    return restriction


def _stale(request: SignedInRequest, restriction: Restriction) -> HttpResponse | None:
    """A page where a proposal can no longer be written, because it waits or was decided."""
    if restriction.state in (State.DRAFT, State.RETURNED):
        return None
    why = f"{restriction.reference} is “{restriction.get_state_display()}”, so it can no longer be changed."
    return shared.too_late(request, why, reverse("restrictions:view", args=[restriction.reference]))


def _list_url(restriction: Restriction) -> str:
    return reverse("restrictions:proposal", args=[restriction.reference])


def _saved(restriction: Restriction) -> HttpResponse:
    return redirect(_list_url(restriction))


def _render(request: SignedInRequest, template: str, restriction: Restriction, **context: Any) -> HttpResponse:
    whole = shared.step(restriction, _list_url(restriction)) | context
    return render(request, f"restrictions/{template}.html", whole)


@require_safe
def proposal(request: SignedInRequest, ref: str) -> HttpResponse:
    """The task list: every part in any order, what is done, what each lacks and under which rule."""
    restriction = _mine(request, ref)
    if stale := _stale(request, restriction):
        return stale
    lacking = services.missing(restriction)
    back = reverse("restrictions:of_case", args=[restriction.case.reference])
    context = shared.step(
        restriction, back, tasks=tasks(restriction, lacking), lacking=lacking, questions=_to_answer(restriction),
        consultation=together.consultation(restriction, permissions.body(restriction), request.user),
    )  # fmt: skip
    return render(request, "restrictions/proposal.html", context)


def _to_answer(restriction: Restriction) -> list[Task]:
    """What the policy asks before a restriction of these kinds, and that is answered on the case file."""
    case = restriction.case
    return [
        Task(gate.text, gate.state, hint=gate.cited, url=reverse(gate.url_name, args=gate.where(case)))
        for gate in ladder.gates_for_restriction(case, steps=asked.kind_steps(restriction))
        if gate.asks
    ]


PAGES = {
    "evidence": "restrictions:evidence",
    "risk": "restrictions:risk",
    "needs": "restrictions:needs",
    "terms": "restrictions:terms",
    "length": "restrictions:length",
    "review": "restrictions:when_reviewed",
    "less": "restrictions:less",
}


def tasks(restriction: Restriction, lacking: list[services.Missing]) -> list[Task]:
    """One row a part; its hint says what is still missing, with the rule as text."""
    rows = []
    for part, title in parts.PARTS.items():
        if part == "review":
            rows += _when_reviewed(restriction, title)
            continue
        missing = [one for one in lacking if one.part == part]
        hint = " ".join(_lacks(one) for one in missing)
        status = "Missing" if missing else "Done"
        if part == "risk" and not missing and restriction.risk_assessment_id is None:
            status = "Not required"
        rows.append(Task(title, status, url=reverse(PAGES[part], args=[restriction.reference]), hint=hint))
    check = reverse("restrictions:check", args=[restriction.reference])
    ready = not lacking
    why = "" if ready else "When every part is done"
    rows.append(
        Task("Check and propose", "Not started" if ready else "Cannot start yet", check if ready else "", why=why)
    )
    return rows


def _lacks(one: services.Missing) -> str:
    """What is missing as a sentence, with its rule as text."""
    sentence = one.message if one.message.endswith("?") else f"{one.message.rstrip('.')}."
    return f"{sentence} {one.rule.cite()}." if one.rule else sentence


def _when_reviewed(restriction: Restriction, title: str) -> list[Task]:
    """The row of the review, where the policy leaves its time to the case; it may be left as it is."""
    if not asked.review_left_to_the_case(restriction.case.policy):
        return []
    url = reverse(PAGES["review"], args=[restriction.reference])
    if restriction.no_review_reason:
        return [Task(title, "Done", url=url, hint="No review before its last day.")]
    if restriction.review_months:
        return [Task(title, "Done", url=url, hint=f"After {restriction.review_months} months.")]
    return [Task(title, "Not required", url=url, hint="The policy leaves its time to each case. You may set it.")]


@page
def evidence(request: SignedInRequest, ref: str) -> HttpResponse:
    """Which incidents; and, where one was dangerous, whether the usual stages are left out."""
    restriction = _mine(request, ref)
    if stale := _stale(request, restriction):
        return stale
    case, policy = restriction.case, restriction.case.policy
    listed = asked.possible_evidence(case)
    counting = [each for each in listed if asked.counts_as_evidence(each, case)]
    paths = ladder.ways_out(policy, counting)
    initial: dict[str, Any] = {
        "incidents": [str(pk) for pk in restriction.incidents.values_list("pk", flat=True)],
        "summary": restriction.evidence_summary,
        "extreme_reason": restriction.extreme_reason,
        "path": restriction.path,
        "police_told": restriction.police_told,
        "police_reference" if restriction.police_told else "police_why": restriction.police_words,
    }
    if restriction.incidents.exists():
        initial["extreme"] = restriction.extreme
    for path in paths:
        for number, question in enumerate(path.conditions):
            initial[f"answer_{path.key}_{number}"] = restriction.extreme_answers.get(str(question), "")
    form = for_page(forms.Evidence, request, initial, incidents=counting, case=case, paths=paths)
    if form.is_bound and form.is_valid():
        with form.rules():
            services.save_evidence(
                restriction.pk,
                by=request.user,
                at=timezone.now(),
                incidents=[int(pk) for pk in form.cleaned_data["incidents"]],
                summary=form.cleaned_data["summary"],
                extreme=form.cleaned_data.get("extreme") or False,
                extreme_reason=form.cleaned_data.get("extreme_reason", ""),
                extreme_answers=form.answers(),
                path=form.taken(),
                **form.police(),
            )
            return _saved(restriction)
    others = [each for each in listed if each not in counting]
    return _render(request, "evidence", restriction, form=form, counting=counting, others=others)


@page
def risk(request: SignedInRequest, ref: str) -> HttpResponse:
    """Which risk assessment of the case it uses."""
    restriction = _mine(request, ref)
    if stale := _stale(request, restriction):
        return stale
    made = list(
        restriction.case.assessments.filter(kind=Assessment.Kind.RISK).select_related("made_by").order_by("-made_at")
    )
    initial = {"assessment": str(restriction.risk_assessment_id or "")}
    form = for_page(forms.Risk, request, initial, assessments=made)
    if form.is_bound and form.is_valid():
        with form.rules():
            services.save_risk(
                restriction.pk,
                by=request.user,
                at=timezone.now(),
                assessment_id=int(form.cleaned_data["assessment"]),
            )
            return _saved(restriction)
    gate = next((each for each in asked.gates(restriction.case.policy) if each.key == "risk_assessment"), None)
    return _render(request, "risk", restriction, form=form, made=made, gate=gate)


@page
def needs(request: SignedInRequest, ref: str) -> HttpResponse:
    """What is known of the resident's needs, and what regard was had to them."""
    restriction = _mine(request, ref)
    if stale := _stale(request, restriction):
        return stale
    initial = {
        "considered": restriction.needs_considered,
        "adjustment_touched": restriction.adjustment_touched,
        "adjustment_reason": restriction.adjustment_reason,
        "other_way": restriction.other_way,
    }
    form = for_page(forms.Needs, request, initial)
    if form.is_bound and form.is_valid():
        with form.rules():
            services.save_needs(restriction.pk, by=request.user, at=timezone.now(), **form.cleaned_data)
            return _saved(restriction)
    policy = restriction.case.policy
    known = (
        Need.objects.visible_to(request.user)
        .standing()
        .filter(resident=restriction.case.resident)
        .order_by("kind", "pk")
    )
    context = {
        "form": form,
        "known": known,
        "adjustments": policy.value("restriction.adjustments").kept,
        "changed": restriction.needs_version not in (None, restriction.case.resident.needs_version),
    }
    return _render(request, "needs", restriction, **context)


@page
def terms(request: SignedInRequest, ref: str) -> HttpResponse:
    """First page of the terms: how far each channel is limited, and what is always accepted."""
    restriction = _mine(request, ref)
    if stale := _stale(request, restriction):
        return stale
    kept = limits.of(restriction)
    initial: dict[str, Any] = {term.channel: term.limit for term in kept if term.channel in forms.CHANNELS}
    if kept:
        initial |= {
            name: any(term.channel == name for term in kept) for name in (Term.Channel.SPOC, Term.Channel.OTHER)
        }
    initial["kinds"] = restriction.kinds
    form = for_page(forms.Channels, request, initial, kinds=restriction.case.policy.restriction_kinds)
    if form.is_bound and form.is_valid():
        chosen = form.chosen()
        if "kinds" in form.fields:
            with form.rules():
                services.save_kinds(
                    restriction.pk, by=request.user, at=timezone.now(), kinds=form.cleaned_data["kinds"]
                )
    if form.is_bound and form.is_valid():
        if any(v in (Term.Limit.LIMITED, "yes") for v in chosen.values()):
            query = QueryDict(mutable=True)
            query.update(chosen)
            return redirect(f"{reverse('restrictions:limits', args=[ref])}?{query.urlencode()}")
        with form.rules():
            services.save_terms(
                restriction.pk,
                by=request.user,
                at=timezone.now(),
                terms=forms.Limits(chosen=chosen, people=[]).plain_terms(),
            )
            return redirect("restrictions:instructions", ref)
    return _render(
        request, "terms", restriction, form=form, always=restriction.case.policy.always_accept,
        kinds=restriction.case.policy.restriction_kinds,
    )  # fmt: skip


@page
def limits_page(request: SignedInRequest, ref: str) -> HttpResponse:
    """Second page of the terms: what each limited channel is limited to."""
    restriction = _mine(request, ref)
    if stale := _stale(request, restriction):
        return stale
    typed = request.POST if request.method == "POST" else getattr(request, "kept_typing", request.GET)
    chosen = {name: value for name, value in typed.items() if name in CHANNEL_NAMES}
    if not chosen:
        return redirect("restrictions:terms", ref)
    initial: dict[str, Any] = {}
    for term in limits.of(restriction):
        initial[f"{term.channel}_words"] = term.words
        if term.person_id:
            initial["spoc_person"] = str(term.person_id)
    form = for_page(forms.Limits, request, initial, chosen=chosen, people=_possible_contacts(restriction))
    if form.is_bound and form.is_valid():
        with form.rules():
            services.save_terms(restriction.pk, by=request.user, at=timezone.now(), terms=form.terms())
            return redirect("restrictions:instructions", ref)
    back = reverse("restrictions:terms", args=[ref])
    always = restriction.case.policy.always_accept
    return _render(request, "limits", restriction, form=form, back=back, always=always, chosen=chosen.items())


def _possible_contacts(restriction: Restriction) -> list[User]:
    """Colleagues who work on cases and whom the behaviour has not hit."""
    provider = restriction.case.provider
    hit = people_affected(restriction.case)
    return [each for each in access.holders(provider, access.keys_with(provider, Can.WORK_CASES)) if each.pk not in hit]


@page
def instructions(request: SignedInRequest, ref: str) -> HttpResponse:
    """Third page of the terms: what staff, the front line, contractors and the resident will read."""
    restriction = _mine(request, ref)
    if stale := _stale(request, restriction):
        return stale
    policy = restriction.case.policy
    registers = asked.registers_for(restriction)
    initial: dict[str, Any] = {"instructions": "\n".join(restriction.instructions), "risks": restriction.risks}
    if restriction.instructions:
        initial |= {
            "share_with_contractors": restriction.share_with_contractors,
            "tell_resident": restriction.tell_resident_of_entry,
            "not_told_reason": restriction.not_told_reason,
            "look_again_on": restriction.look_again_on,
        }
    form = for_page(forms.Instructions, request, initial, policy=policy, registers=registers)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        with form.rules():
            services.save_instructions(
                restriction.pk,
                by=request.user,
                at=timezone.now(),
                instructions=form.orders(),
                risks=typed.get("risks", []),
                share_with_contractors=bool(typed.get("share_with_contractors")),
                tell_resident=typed.get("tell_resident") is not False,
                not_told_reason=typed.get("not_told_reason", ""),
                look_again_on=typed.get("look_again_on"),
            )
            return _saved(restriction)
    arrangement = limits.arrangement(limits.of(restriction))
    return _render(
        request, "instructions", restriction, form=form, registers=registers, arrangement=arrangement,
        back=reverse("restrictions:terms", args=[ref]),
    )  # fmt: skip


@page
def length(request: SignedInRequest, ref: str) -> HttpResponse:
    """How many months; no length is suggested."""
    restriction = _mine(request, ref)
    if stale := _stale(request, restriction):
        return stale
    form = for_page(forms.Length, request, {"months": restriction.months}, policy=restriction.case.policy)
    if form.is_bound and form.is_valid():
        with form.rules():
            services.save_length(restriction.pk, by=request.user, at=timezone.now(), months=form.cleaned_data["months"])
            return _saved(restriction)
    return _render(request, "length", restriction, form=form)


@page
def less(request: SignedInRequest, ref: str) -> HttpResponse:
    """Why a restriction, and why not less."""
    restriction = _mine(request, ref)
    if stale := _stale(request, restriction):
        return stale
    initial = {"reasons": restriction.reasons, "less_considered": restriction.less_considered}
    form = for_page(forms.Less, request, initial)
    if form.is_bound and form.is_valid():
        with form.rules():
            services.save_less(restriction.pk, by=request.user, at=timezone.now(), **form.cleaned_data)
            return _saved(restriction)
    return _render(request, "less", restriction, form=form, questions=asked.questions(restriction.case.policy))


@page
def check(request: SignedInRequest, ref: str) -> HttpResponse:
    """Check and propose: everything on one page, what happens next, one button."""
    restriction = _mine(request, ref)
    if restriction.state == State.PROPOSED:
        return redirect("restrictions:proposed", ref)
    if stale := _stale(request, restriction):
        return stale
    lacking = services.missing(restriction)
    if request.method == "POST":
        try:
            services.propose(restriction.pk, by=request.user, at=timezone.now())
        except NotReady as refusal:
            for one in refusal.missing:
                messages.error(request, str(one))
            return redirect("restrictions:proposal", ref)
        return redirect("restrictions:proposed", ref)
    if lacking:
        return redirect("restrictions:proposal", ref)
    return _render(request, "check_proposal", restriction, **summary(restriction), deciders=_deciders(restriction),
                   made=telling.plan(restriction, on=day_of(timezone.now()), reasons=restriction.reasons))  # fmt: skip


def _deciders(restriction: Restriction) -> dict[str, Any]:
    """Who is asked to decide, in the policy's names, and under which rule."""
    who = permissions.body(restriction)
    return {"names": who.names(), "rule": who.rule, "unsaid": who.unsaid, "together": who.how_many > 1}


def summary(restriction: Restriction) -> dict[str, Any]:
    """What a proposal says, for the pages on which it is checked and decided."""
    policy = restriction.case.policy
    terms_now = limits.of(restriction)
    return {
        "police": ladder.police(policy, restriction.case, restriction.incidents.all(), restriction.path),
        "path": next((path for path in policy.paths if path.key == restriction.path), None),
        "takes_path": permissions.takes_path(restriction),
        "leaves_police_out": permissions.leaves_police_out(restriction),
        "not_alone": "affected" in (policy.not_by("no_police").raw or ()),
        "kinds": [asked.kind_words(kind) for kind in restriction.of_kinds()],
        "incidents": list(restriction.incidents.order_by("happened_on", "pk")),
        "terms": limits.as_rows(terms_now),
        "arrangement": limits.arrangement(terms_now),
        "always": policy.always_accept,
        **shared.registers(restriction),
        "questions": asked.questions(policy),
        "length_rule": policy.length_bounds()[2],
    }


@require_safe
def proposed(request: SignedInRequest, ref: str) -> HttpResponse:
    """The confirmation that it waits for a decider."""
    restriction = shared.find(request, ref)
    if restriction.state != State.PROPOSED:
        return redirect("restrictions:view", ref)
    return _render(request, "proposed", restriction, deciders=_deciders(restriction))


@page
def withdraw(request: SignedInRequest, ref: str) -> HttpResponse:
    """Drop a proposal, with the reason."""
    restriction = shared.find(request, ref)
    permissions.check_can_withdraw(request.user, restriction)
    if restriction.state not in Restriction.PREPARING:
        return redirect("restrictions:view", ref)
    form = for_page(
        forms.Reason, request, label="Why is it withdrawn?", called="why it is withdrawn",
        hint="It stays on the file as something that was considered and not done.",
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        with form.rules():
            services.withdraw(restriction.pk, by=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])
            messages.success(request, f"{restriction.reference} was withdrawn.")
            return redirect("restrictions:of_case", restriction.case.reference)
    back = reverse("restrictions:view", args=[ref])
    return _render(request, "withdraw", restriction, form=form, back=back)
