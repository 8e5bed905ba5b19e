"""Giving a warning: incidents, what must change, preview, check; then issued, or sent for approval."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET
from django_fsm import TransitionNotAllowed

from audit.models import Event
from cases import forms, ladder, permissions, services, wording
from cases.models import Case, Warning
from cases.services.deciding import needs_others
from cases.views.frame import SignedInRequest, bar, find
from design import components, refusals
from design.dates import day_of
from design.forms import for_page
from letters import services as letters
from letters.models import Letter
from people import access
from people.access import Can, why_not
from people.models import User


def draft(request: SignedInRequest, ref: str) -> HttpResponse:
    """Choose what happened and write what must change. An open draft is gone on with."""
    case = find(request, ref)
    permissions.check_can_warn(request.user, case)
    standing = ladder.read(case)
    if standing.draft is not None and standing.draft.letter is not None and request.method == "GET":
        return redirect("cases:warning", standing.draft.letter.reference)
    form = _form(request, standing)
    if form.is_valid():
        with form.rules():
            warning = services.draft_warning(case.pk, by=request.user, at=timezone.now(), **_chosen(form))
            return redirect("cases:warning", warning.paper.reference)
    reached = ladder.written_reached(standing)
    return _write(request, case, form, reached=reached, title="Draft a warning letter")


def _form(
    request: SignedInRequest, standing: ladder.Standing, initial: dict[str, Any] | None = None
) -> forms.WarningForm:
    return for_page(forms.WarningForm, request, initial, incidents=standing.counting)


def _chosen(form: forms.WarningForm) -> dict[str, Any]:
    kept = form.cleaned_data
    return {"incidents": form.chosen(), "told": form.told(), "expected": kept["expected"], "support": kept["support"]}


def _write(request: SignedInRequest, case: Case, form: forms.WarningForm, **more: Any) -> HttpResponse:
    context = {**bar(case), "form": form, **more}
    context["lost"] = case.policy.letter_on("written") and case.policy.letter_on("written").contents_lost
    return render(request, "cases/warn.html", context)


def _find(request: SignedInRequest, ref: str) -> tuple[Case, Warning, Letter]:
    found = Warning.objects.select_related("case", "letter__drafted_by", "letter__issued_by")
    visible = found.filter(case__in=Case.objects.visible_to(request.user))
    warning = get_object_or_404(visible, letter__reference=ref)
    case = find(request, warning.case.reference)
    assert warning.letter is not None
    warning.case = case
    return case, warning, warning.letter


def _returned(letter: Letter, case: Case) -> components.Entry | None:
    """Why a draft came back, in the words of whoever returned it, for as long as it is changed; otherwise nothing."""
    if letter.state != Letter.State.DRAFT:
        return None
    back = Event.objects.for_case(case.reference).filter(verb="warning.returned", facts__letter=letter.reference)
    last = back.with_words().first()
    if last is None:
        return None
    why = wording.body(last).get("reasons", "The reasons were erased; the record of it stays.")
    return components.Entry("Returned to be changed", at=last.at, by=last.by_name, text=why)


def change(request: SignedInRequest, ref: str) -> HttpResponse:
    """Write a draft anew."""
    case, warning, letter = _find(request, ref)
    permissions.check_can_warn(request.user, case)
    chosen = list(warning.incidents.values_list("reference", flat=True))
    told = {f"told_{one['reference']}": one["what"] for one in letter.facts["incidents"]}
    written = {"incidents": chosen, "expected": letter.facts["expected"], "support": letter.facts.get("support", "")}
    form = _form(request, ladder.read(case), written | told)
    if form.is_valid():
        with form.rules():
            services.change_warning(warning.pk, by=request.user, at=timezone.now(), **_chosen(form))
            return redirect("cases:warning", ref)
    back = reverse("cases:warning", args=[ref])
    return _write(
        request, case, form, title="Change the warning letter", back=back, letter=letter,
        sent_back=_returned(letter, case),
    )  # fmt: skip


def warning(request: SignedInRequest, ref: str) -> HttpResponse:
    """The letter as it would be issued today, and what issuing does; one button issues it or sends it for approval."""
    case, warning, letter = _find(request, ref)
    if letter.state == Letter.State.ISSUED and request.method == "GET":
        return redirect("cases:warning_issued", ref)
    may = permissions.reader(request.user, case)
    questions = ladder.questions_before_warning(case.policy)
    form = for_page(forms.IssueForm, request, questions=questions, others=_others(request, case, warning))
    if request.method == "POST":
        answer = _decide(request, case, warning, form)
        if answer is not None:
            return answer
    reached = ladder.written_reached(ladder.read(case))
    stage = case.policy.stage_for_state("written warning")
    context = {
        **bar(case),
        "letter": letter,
        "form": form,
        "questions": questions,
        "asked_first": case.policy.consulted_on("warn"),
        "preview": letters.as_html(letter, on=day_of(timezone.now())),
        "why_not_issue": may("issue_warning")
        or why_not(permissions.check_not_barred_from_warning, request.user, case, warning),
        "why_not_write": may("warn"),
        "who": ladder.who_issues_words(case.policy),
        "silent": ladder.who_issues(case.policy).unsaid,
        "deciders": ladder.names_with(case.policy, Can.DECIDE),
        "reached": reached,
        "rule": reached.rule.cite() if reached.rule else "",
        "stage_after": stage.name if stage else "",
        "is_draft": letter.state == Letter.State.DRAFT,
        "waits": letter.state == Letter.State.FOR_APPROVAL,
        "withdrawn": letter.state == Letter.State.WITHDRAWN,
        "sent_back": _returned(letter, case),
    }
    return render(request, "cases/warning.html", context)


def _others(request: SignedInRequest, case: Case, warning: Warning) -> list[User] | None:
    """Those with whom the reader may issue the letter; None where the reader decides alone."""
    body = ladder.body_that_issues(case.policy)
    if not needs_others(body, request.user, case):
        return None
    out = {*permissions.barred_from_warning(case, warning), request.user.pk}
    return [user for user in access.holders(case.provider, body.keys(case.provider)) if user.pk not in out]


def _decide(request: SignedInRequest, case: Case, warning: Warning, form: forms.IssueForm) -> HttpResponse | None:
    """The buttons of the letter's page. None where the form has to be shown again."""
    at, ref = timezone.now(), warning.paper.reference
    if request.POST.get("do") == "submit":
        services.submit_warning(warning.pk, by=request.user, at=at)
        messages.success(request, "The letter is sent for approval.")
        return redirect("cases:overview", case.reference)
    if not form.is_valid():
        return None
    with form.rules():
        try:
            said = {name: form.cleaned_data[name] for name in ("considered", "not_done")}
            services.issue_warning(warning.pk, by=request.user, at=at, meeting=forms.meeting_of(form), **said)
        except TransitionNotAllowed as refused:
            return _somebody_was_first(request, case, refused)
        return redirect("cases:warning_issued", ref)
    return None


def _somebody_was_first(request: SignedInRequest, case: Case, refused: TransitionNotAllowed) -> HttpResponse:
    back = reverse("cases:overview", args=[case.reference])
    return refusals.too_late(request, str(refused), back=back, back_text="Go to the case")


@require_GET
def issued(request: SignedInRequest, ref: str) -> HttpResponse:
    """The page after issuing: the reference, what happened, what comes next."""
    case, warning, letter = _find(request, ref)
    if letter.state != Letter.State.ISSUED:
        return redirect("cases:warning", ref)
    context = {**bar(case), "letter": letter, "warning": warning, "ways": list(letter.dispatches.order_by("pk"))}
    return render(request, "cases/issued.html", context)


def _reason(request: SignedInRequest, ref: str, verb: str) -> HttpResponse:
    case, warning, letter = _find(request, ref)
    check, service, title, button, label, called = {
        "return": (
            permissions.check_can_issue_warning, services.send_back_warning, "Return the letter to its author",
            "Return the letter", "Why is it returned?", "why it is returned",
        ),
        "withdraw": (
            permissions.check_can_warn, services.withdraw_warning, "Withdraw the letter", "Withdraw the letter",
            "Why is it withdrawn?", "why it is withdrawn",
        ),
    }[verb]  # fmt: skip
    check(request.user, case)
    form = for_page(forms.ReasonsForm, request, label=label, called=called)
    if form.is_valid():
        with form.rules():
            service(warning.pk, reasons=form.cleaned_data["reasons"], by=request.user, at=timezone.now())
            done = "returned to its author" if verb == "return" else "withdrawn"
            messages.success(request, f"The letter {letter.reference} is {done}.")
            return redirect("cases:overview", case.reference)
    context = {
        **bar(case), "form": form, "title": title, "button": button, "back": reverse("cases:warning", args=[ref]),
        "hint": "Your reasons go on the record.", "subject": letter.reference,
    }  # fmt: skip
    return render(request, "cases/reasons.html", context)


def give_back(request: SignedInRequest, ref: str) -> HttpResponse:
    """Return a letter to its author, with reasons."""
    return _reason(request, ref, "return")


def withdraw(request: SignedInRequest, ref: str) -> HttpResponse:
    """Withdraw a letter that was never issued, with why."""
    return _reason(request, ref, "withdraw")
