"""Giving a warning: incidents, what must change, preview, check; then issued, or sent for approval."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET
from django_fsm import TransitionNotAllowed

from audit.models import Event
from cases import forms, ladder, permissions, services, wording
from cases.forms.police import police_of
from cases.ladder import papers
from cases.ladder.papers import Paper
from cases.models import Case, Warning
from cases.services.warnings import WAITING
from cases.views import consulting
from cases.views.frame import SignedInRequest, bar, find
from deadlines.services import appeal_windows
from design import components, refusals
from design.dates import day_of
from design.forms import for_page
from letters import services as letters
from letters.models import Letter
from people import access
from people.access import Can, why_not
from people.models import User
from policies.values import Item


def draft(request: SignedInRequest, ref: str) -> HttpResponse:
    """Choose what happened and write what must change. An open draft is gone on with."""
    return _draft(request, ref, papers.WRITTEN)


def first(request: SignedInRequest, ref: str) -> HttpResponse:
    """The same for the letter that puts the first stage in writing (Northampton 4.1); 404 where the policy has none."""
    return _draft(request, ref, papers.FIRST)


def _draft(request: SignedInRequest, ref: str, paper: Paper) -> HttpResponse:
    case = find(request, ref)
    if paper.first and paper.rule(case.policy) is None:
        raise Http404("The policy does not put its first stage in writing.")
    permissions.check_can_warn(request.user, case)
    standing = ladder.read(case)
    if paper.first and not standing.first_time and standing.draft is None:
        why = "The appeal against the first letter was upheld, and nothing has happened since: none is written again."
        return refusals.too_late(request, why, back=reverse("cases:overview", args=[ref]), back_text="Go to the case")
    if standing.draft is not None and standing.draft.letter is not None and request.method == "GET":
        return redirect("cases:warning", standing.draft.letter.reference)
    form = _form(request, standing, paper)
    if form.is_valid():
        with form.rules():
            chosen = _chosen(form)
            warning = services.draft_warning(case.pk, by=request.user, at=timezone.now(), paper=paper, **chosen)
            return redirect("cases:warning", warning.paper.reference)
    reached = None if paper.first else ladder.written_reached(standing)
    return _write(request, case, form, paper, reached=reached, title=f"Draft a {paper.name}")


def _form(
    request: SignedInRequest, standing: ladder.Standing, paper: Paper, initial: dict[str, Any] | None = None
) -> forms.WarningForm:
    policy = standing.policy
    asks = {"review_on"} if paper.asks(policy, "review") else set()
    asks |= {"agreed"} if paper.first and paper.asks(policy, "outcome") else set()
    asks |= {"same_again"} if standing.first_letters and not paper.first else set()
    incidents = standing.first_time if paper.first else standing.counting
    return for_page(forms.WarningForm, request, initial, incidents=incidents, asks=asks)


def _chosen(form: forms.WarningForm) -> dict[str, Any]:
    kept = form.cleaned_data
    asked = ("expected", "support", "review_on", "agreed", "same_again")
    typed = {name: kept[name] for name in asked if name in form.fields}
    return {"incidents": form.chosen(), "told": form.told(), **typed}


def _write(request: SignedInRequest, case: Case, form: forms.WarningForm, paper: Paper, **more: Any) -> HttpResponse:
    rule = paper.rule(case.policy)
    called = rule.name if rule and paper.first else ""
    context = {**bar(case), "form": form, "called": called, "lost": rule and rule.contents_lost, **more}
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
    paper = papers.PAPERS[warning.kind]
    chosen = list(warning.incidents.values_list("reference", flat=True))
    told = {f"told_{one['reference']}": one["what"] for one in letter.facts["incidents"]}
    written = {name: letter.facts.get(name, "") for name in ("expected", "support", "agreed")} | {"incidents": chosen}
    again = letter.facts.get("review_on")
    written["same_again"] = warning.same_again
    written["review_on"] = date.fromisoformat(again) if again else None
    form = _form(request, ladder.read(case), paper, written | told)
    if form.is_valid():
        with form.rules():
            services.change_warning(warning.pk, by=request.user, at=timezone.now(), **_chosen(form))
            return redirect("cases:warning", ref)
    back = reverse("cases:warning", args=[ref])
    return _write(
        request, case, form, paper, title=f"Change the {paper.name}", back=back, letter=letter,
        sent_back=_returned(letter, case),
    )  # fmt: skip


def warning(request: SignedInRequest, ref: str) -> HttpResponse:
    """The letter as it would be issued today, and what issuing does; one button issues it or sends it for approval."""
    case, warning, letter = _find(request, ref)
    if letter.state == Letter.State.ISSUED and request.method == "GET":
        return redirect("cases:warning_issued", ref)
    may = permissions.reader(request.user, case)
    paper = papers.PAPERS[warning.kind]
    questions = ladder.questions_before_warning(case.policy, paper)
    form = for_page(
        forms.IssueForm, request, policy=case.policy, questions=questions, others=_take_part(request, case, warning),
        police=ladder.police(case.policy, case, warning.incidents.all()),
    )  # fmt: skip
    body = ladder.body_that_issues(case.policy, paper)
    found = consulting.together(body, warning.trail.about, case, request.user, waiting=letter.state in WAITING)
    if request.method == "POST" and found["spoken"]:
        return redirect("cases:warning", ref)
    if request.method == "POST":
        answer = _decide(request, case, warning, form)
        if answer is not None:
            return answer
    reached = None if paper.first else ladder.written_reached(ladder.read(case))
    rule = reached.rule if reached else next((item.rule for item in _says(case, paper) if item.rule), None)
    stage, today = paper.stage(case.policy), day_of(timezone.now())
    why_not_issue = may("issue_first_letter" if paper.first else "issue_warning") or why_not(
        permissions.check_not_barred_from_warning, request.user, case, warning
    )
    context = {
        **bar(case),
        **found,
        "letter": letter,
        "paper": paper,
        "name": paper.name,
        "form": form,
        "questions": questions,
        "consultation": _consultation(request, warning, paper),
        "preview": letters.as_html(
            letter,
            on=today,
            known=appeal_windows.of_warning(case.provider, case.policy, paper.state, today),
            by=None if why_not_issue else request.user,
        ),
        "why_not_issue": why_not_issue,
        "why_not_write": may("warn"),
        "who": ladder.who_issues_words(case.policy, paper),
        "silent": ladder.who_issues(case.policy, paper).unsaid,
        "deciders": ladder.names_with(case.policy, Can.DECIDE),
        "same_again": warning.same_again,
        "leads": reached.sentence if reached else "The policy puts its first stage in writing.",
        "rule": rule.cite() if rule else "",
        "stage_after": stage.name if stage else "",
        "is_draft": letter.state == Letter.State.DRAFT,
        "waits": letter.state == Letter.State.FOR_APPROVAL,
        "withdrawn": letter.state == Letter.State.WITHDRAWN,
        "sent_back": _returned(letter, case),
    }
    return render(request, "cases/warning.html", context)


def _consultation(request: SignedInRequest, warning: Warning, paper: Paper) -> dict[str, Any] | None:
    """Whom the policy has asked before this letter is issued, and the way to write down what they said."""
    case, letter = warning.case, warning.paper
    return consulting.shown(
        ladder.body_that_issues(case.policy, paper), warning.trail.about, case, request.user,
        url=reverse("cases:warning_consult", args=[letter.reference]), is_open=letter.state in WAITING,
    )  # fmt: skip


def consult(request: SignedInRequest, ref: str) -> HttpResponse:
    """Write down what somebody said whom the policy has asked before the letter is issued."""
    case, warning, letter = _find(request, ref)
    permissions.check_can_consult(request.user, case)
    paper = papers.PAPERS[warning.kind]
    body = ladder.body_that_issues(case.policy, paper)
    if body.consult is None:
        raise Http404("The policy has nobody asked before this")
    try:
        return consulting.write_down(
            request, case, body, back=reverse("cases:warning", args=[ref]),
            record=lambda person, on, words: services.consult_on_warning(
                warning.pk, by=request.user, at=timezone.now(), person_id=person, on=on, words=words
            ),
            context={**bar(case), "subject": letter.reference,
                     "consultation": _consultation(request, warning, paper)},
        )  # fmt: skip
    except TransitionNotAllowed as refused:
        return _somebody_was_first(request, case, refused)


def _says(case: Case, paper: Paper) -> tuple[Item, ...]:
    rule = paper.rule(case.policy)
    return (*rule.sent, *rule.says) if rule else ()


def _take_part(request: SignedInRequest, case: Case, warning: Warning) -> list[User] | None:
    """Those who may be in the meeting that issues the letter beside the reader; None where no meeting does."""
    body = ladder.body_that_issues(case.policy, papers.PAPERS[warning.kind])
    if not body.meets:
        return None
    out = {*permissions.barred_from_warning(case, warning), request.user.pk}
    return [user for user in access.holders(case.provider, body.keys(case.provider)) if user.pk not in out]


def _decide(request: SignedInRequest, case: Case, warning: Warning, form: forms.IssueForm) -> HttpResponse | None:
    """The buttons of the letter's page; any other does nothing. None where the form has to be shown again."""
    at, ref = timezone.now(), warning.paper.reference
    if request.POST.get("do") == "submit":
        services.submit_warning(warning.pk, by=request.user, at=at)
        messages.success(request, "The letter is sent for approval.")
        return redirect("cases:overview", case.reference)
    if request.POST.get("do") != "issue" or not form.is_valid():
        return None
    with form.rules():
        try:
            typed = {name: form.cleaned_data[name] for name in ("considered", "not_done")}
            now = services.issue_warning(
                warning.pk, by=request.user, at=at, meeting=forms.meeting_of(form), said=police_of(form), **typed
            )
            if now.given_on is None:
                messages.success(request, "Your decision is recorded. The letter waits for the others.")
                return redirect("cases:warning", ref)
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
    paper = papers.PAPERS[warning.kind]
    ways = list(letter.dispatches.order_by("pk"))
    context = {**bar(case), "letter": letter, "warning": warning, "ways": ways, "paper": paper, "name": paper.name}
    return render(request, "cases/issued.html", context)


def _reason(request: SignedInRequest, ref: str, verb: str) -> HttpResponse:
    case, warning, letter = _find(request, ref)
    service, title, button, label, called = {
        "return": (
            services.send_back_warning, "Return the letter to its author", "Return the letter",
            "Why is it returned?", "why it is returned",
        ),
        "withdraw": (
            services.withdraw_warning, "Withdraw the letter", "Withdraw the letter", "Why is it withdrawn?",
            "why it is withdrawn",
        ),
    }[verb]  # fmt: skip
    if verb == "return":
        permissions.check_can_issue_warning(request.user, case, papers.PAPERS[warning.kind])
    else:
        permissions.check_can_warn(request.user, case)
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
