"""A warning letter on its way: drafted, changed, returned, withdrawn; and the page on which it is issued."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET
from django_fsm import TransitionNotAllowed

import decisions.permissions
import decisions.views
from audit.models import Event
from cases import acts, ladder, permissions, sentences
from cases.forms.judging import ReasonsForm
from cases.forms.police import police_of
from cases.forms.warnings import IssueForm, WarningForm, offer
from cases.ladder import papers
from cases.ladder.papers import Paper
from cases.models import Case, Warning
from cases.services import issuing, warnings
from cases.services.issuing import Plan
from cases.services.warnings import WAITING, Content
from cases.views.frame import SignedInRequest, bar, find
from decisions.forms import meeting_of
from decisions.services import Said
from design import components, pages, refusals
from design.dates import day_of
from letters import services as letters
from letters.models import Letter

STEP = "cases/step.html"


def draft(request: SignedInRequest, ref: str) -> HttpResponse:
    """Choose what happened and write what must change. An open draft is gone on with."""
    return _draft(request, ref, papers.WRITTEN)


def first(request: SignedInRequest, ref: str) -> HttpResponse:
    """The same for the letter that puts the first stage in writing (Northampton 4.1); 404 where the policy has none."""
    return _draft(request, ref, papers.FIRST)


def _draft(request: SignedInRequest, ref: str, paper: Paper) -> HttpResponse:
    case, at = find(request, ref), timezone.now()
    if paper.first and paper.rule(case.policy) is None:
        raise Http404("The policy does not put its first stage in writing.")
    permissions.check_can_warn(request.user, case)
    standing = ladder.read(case)
    if paper.first and not standing.first_time and standing.draft is None:
        why = "The appeal against the first letter was upheld, and nothing has happened since: none is written again."
        return refusals.too_late(request, why, back=reverse("cases:overview", args=[ref]), back_text="Go to the case")
    if standing.draft is not None and request.method == "GET":
        return redirect("cases:warning", standing.draft.paper.reference)
    page = _page(request, case, at)
    form = page.form(WarningForm, **_asked(request, standing, paper))

    def do(seen: str | None) -> str:
        made = warnings.draft_warning(case.pk, _content(form), by=request.user, at=at, paper=paper)
        return reverse("cases:warning", args=[made.paper.reference])

    reached = None if paper.first else ladder.written_reached(standing)
    return page.decide(
        form, do=do, show=lambda: _write(request, case, form, paper, reached=reached, title=f"Draft a {paper.name}"),
    )  # fmt: skip


def _page(request: SignedInRequest, case: Case, at: datetime, warning: Warning | None = None) -> pages.Page:
    since = issuing.changes(warning) if warning else None
    return pages.Page(request, at=at, context=bar(case) | {"frame": STEP, "save": "Save the letter"}, since=since)


def _asked(
    request: SignedInRequest, standing: ladder.Standing, paper: Paper, chosen: Iterable[str] = ()
) -> dict[str, Any]:
    """What the form of a letter asks: which incidents, and what this letter of the policy tells besides."""
    policy = standing.policy
    asks = {"review_on"} if paper.asks(policy, "review") else set()
    asks |= {"agreed"} if paper.first and paper.asks(policy, "outcome") else set()
    asks |= {"same_again"} if standing.first_letters and not paper.first else set()
    incidents = standing.first_time if paper.first else standing.counting
    return {"offered": offer(incidents, _typed(request, chosen)), "asks": asks}


def _typed(request: SignedInRequest, chosen: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """What was typed so far, by name; at first what the letter rests on already."""
    posted = request.POST if request.method == "POST" else getattr(request, "kept_typing", None)
    return dict(posted.lists()) if posted is not None else {"incidents": list(chosen)}


def _content(form: WarningForm) -> Content:
    kept = form.cleaned_data
    asked = ("expected", "support", "review_on", "agreed", "same_again")
    return Content(form.chosen(), told=form.told(), **{name: kept[name] for name in asked if name in form.fields})


def _write(request: SignedInRequest, case: Case, form: WarningForm, paper: Paper, **more: Any) -> HttpResponse:
    rule = paper.rule(case.policy)
    called = rule.name if rule and paper.first else ""
    context = {**bar(case), "form": form, "called": called, "lost": rule and rule.contents_lost, **more}
    return render(request, "cases/warn.html", context)


def _find(request: SignedInRequest, ref: str) -> Warning:
    found = Warning.objects.select_related("case", "letter__drafted_by", "letter__issued_by")
    visible = found.filter(case__in=Case.objects.visible_to(request.user))
    warning = get_object_or_404(visible, letter__reference=ref)
    warning.case = find(request, warning.case.reference, warning)
    return warning


def _returned(warning: Warning) -> components.Entry | None:
    """Why a draft came back, in the words of whoever returned it, for as long as it is changed; otherwise nothing."""
    letter = warning.paper
    if letter.state != Letter.State.DRAFT:
        return None
    back = Event.objects.for_case(warning.case.reference).filter(
        verb="warning.returned", facts__letter=letter.reference
    )
    last = back.with_words().first()
    if last is None:
        return None
    why = sentences.body(last).get("reasons", "The reasons were erased; the record of it stays.")
    return components.Entry("Returned to be changed", at=last.at, by=last.by_name, text=why)


def change(request: SignedInRequest, ref: str) -> HttpResponse:
    """Write a draft anew; where somebody saved it meanwhile, both versions are shown."""
    warning, at = _find(request, ref), timezone.now()
    case, paper, letter = warning.case, papers.of(warning), warning.paper
    permissions.check_can_warn(request.user, case)
    if letter.state != Letter.State.DRAFT:
        return _somebody_was_first(request, case, warnings.too_late(letter, "changed"))
    back = reverse("cases:warning", args=[ref])

    def do(form: WarningForm, seen: str) -> str:
        warnings.change_warning(warning.pk, _content(form), by=request.user, at=at, seen=seen)
        return back

    def show(form: WarningForm) -> HttpResponse:
        return _write(
            request, case, form, paper, title=f"Change the {paper.name}", back=back, letter=letter,
            sent_back=_returned(warning),
        )  # fmt: skip

    return _page(request, case, at, warning).edit(
        WarningForm, known=lambda: warnings.known(_find(request, ref)), do=do, show=show,
        **_asked(request, ladder.read(case), paper, warnings.known(warning)["incidents"]),
    )  # fmt: skip


def warning(request: SignedInRequest, ref: str) -> HttpResponse:
    """The letter as it would be issued today, and what issuing does; one button issues it or sends it for approval."""
    found, at = _find(request, ref), timezone.now()
    case, letter, user = found.case, found.paper, request.user
    if letter.state == Letter.State.ISSUED and (request.method == "GET" or letter.issued_by_id == user.pk):
        return redirect("cases:warning_issued", ref)
    made = issuing.plan(found, on=day_of(at))
    page = _page(request, case, at, found)
    if page.posted and letter.state not in WAITING:
        return _somebody_was_first(request, case, warnings.too_late(letter, "issued"))
    if page.posted and made.act.has_decided(user):
        return redirect("cases:warning", ref)
    form = page.form(
        IssueForm, act=made.act, reader=user, police=None if made.act.voices else made.police, policy=case.policy
    )
    return page.decide(
        form, shown=made.shown, do=lambda seen: _issue(request, found, form, seen, at),
        also={"submit": lambda seen: _submit(request, found, seen, at)},
        show=lambda: _show(request, made, form), late=lambda refused: _somebody_was_first(request, case, refused),
    )  # fmt: skip


def _issue(
    request: SignedInRequest, found: Warning, form: IssueForm, seen: str | None, at: datetime
) -> str:  # fmt: skip
    typed, ref = form.cleaned_data, found.paper.reference
    said = Said("", typed["considered"], typed["not_done"], meeting_of(form))
    done = issuing.issue_warning(found.pk, said, by=request.user, at=at, police=police_of(form), seen=seen)
    if done.given_on is None:
        messages.success(request, "Your decision is recorded. The letter waits for the others.")
        return reverse("cases:warning", args=[ref])
    return reverse("cases:warning_issued", args=[ref])


def _submit(request: SignedInRequest, found: Warning, seen: str | None, at: datetime) -> str:
    issuing.submit_warning(found.pk, by=request.user, at=at, seen=seen)
    messages.success(request, "The letter is sent for approval.")
    return reverse("cases:overview", args=[found.case.reference])


def _show(request: SignedInRequest, made: Plan, form: IssueForm) -> HttpResponse:
    """The page on which a letter is read, and issued or sent for approval."""
    found, act, paper = made.warning, made.act, made.paper
    case, letter = found.case, found.paper
    refusal, stage = act.why_not(request.user), paper.stage(case.policy)
    context = {
        **bar(case),
        **decisions.views.together(act, request.user, waiting=letter.state in WAITING),
        "letter": letter,
        "paper": paper,
        "name": paper.name,
        "form": form,
        "questions": act.asks,
        "consultation": _consultation(request, made),
        "police": _of_police(made),
        "preview": letters.as_html(letter, on=made.on, known=made.known, by=None if refusal else request.user),
        "why_not_issue": refusal,
        "why_not_write": acts.reader(request.user, case)("warn"),
        "who": acts.who_issues(case.policy, case.provider, paper),
        "silent": act.unsaid,
        "same_again": found.same_again,
        "leads": made.leads,
        "rule": made.rule.cite() if made.rule else "",
        "stage_after": stage.name if stage else "",
        "is_draft": letter.state == Letter.State.DRAFT,
        "waits": letter.state == Letter.State.FOR_APPROVAL,
        "withdrawn": letter.state == Letter.State.WITHDRAWN,
        "sent_back": _returned(found),
    }
    return render(request, "cases/warning.html", context)


def _of_police(made: Plan) -> str:
    """What the first of several said of the police, for the others to read; "" where nobody has."""
    if made.told.told is None:
        return ""
    return f"{'They have been told' if made.told.told else 'They are not told'}. {made.told.words}".strip()


def _consultation(request: SignedInRequest, made: Plan) -> dict[str, Any] | None:
    """Whom the policy has asked before this letter is issued, and the way to write down what they said."""
    asked = next(iter(made.act.first), None)
    if asked is None:
        return None
    letter = made.warning.paper
    return decisions.views.asked_first(
        asked, request.user, url=reverse("cases:warning_consult", args=[letter.reference]),
        is_open=letter.state in WAITING,
    )  # fmt: skip


def consult(request: SignedInRequest, ref: str) -> HttpResponse:
    """Write down what somebody said whom the policy has asked before the letter is issued."""
    found, at = _find(request, ref), timezone.now()
    case, made = found.case, issuing.plan(found, on=day_of(at))
    decisions.permissions.check_can_consult(request.user, case.provider)
    if not made.act.first:
        raise Http404("The policy has nobody asked before this")

    def record(person: int, on: date | None, said: str) -> None:
        issuing.consult_on_warning(found.pk, by=request.user, at=at, person_id=person, on=on, words=said)

    try:
        return decisions.views.write_down(
            _page(request, case, at, found), made.act.first[0], record=record,
            back=reverse("cases:warning", args=[ref]),
            context={**bar(case), "frame": STEP, "subject": ref, "consultation": _consultation(request, made)},
        )  # fmt: skip
    except TransitionNotAllowed as refused:
        return _somebody_was_first(request, case, refused)


def _somebody_was_first(request: SignedInRequest, case: Case, refused: TransitionNotAllowed) -> HttpResponse:
    back = reverse("cases:overview", args=[case.reference])
    return refusals.too_late(request, str(refused), back=back, back_text="Go to the case")


@require_GET
def issued(request: SignedInRequest, ref: str) -> HttpResponse:
    """The page after issuing: the reference, what happened, what comes next."""
    found = _find(request, ref)
    case, letter, paper = found.case, found.paper, papers.of(found)
    if letter.state != Letter.State.ISSUED:
        return redirect("cases:warning", ref)
    ways = list(letter.dispatches.order_by("pk"))
    context = {**bar(case), "letter": letter, "warning": found, "ways": ways, "paper": paper, "name": paper.name}
    return render(request, "cases/issued.html", context)


def give_back(request: SignedInRequest, ref: str) -> HttpResponse:
    """Return a letter to its author, with reasons."""
    found = _find(request, ref)
    acts.issue(found).check(request.user)
    return _with_reasons(
        request, found, issuing.send_back_warning, title="Return the letter to its author", button="Return the letter",
        label="Why is it returned?", called="why it is returned", done="returned to its author",
    )  # fmt: skip


def withdraw(request: SignedInRequest, ref: str) -> HttpResponse:
    """Withdraw a letter that was never issued, with why."""
    found = _find(request, ref)
    permissions.check_can_warn(request.user, found.case)
    return _with_reasons(
        request, found, warnings.withdraw_warning, title="Withdraw the letter", button="Withdraw the letter",
        label="Why is it withdrawn?", called="why it is withdrawn", done="withdrawn",
    )  # fmt: skip


def _with_reasons(
    request: SignedInRequest, found: Warning, service: Any, *, title: str, button: str, label: str, called: str,
    done: str,
) -> HttpResponse:  # fmt: skip
    case, letter, at = found.case, found.paper, timezone.now()
    page = _page(request, case, at, found)
    form = page.form(ReasonsForm, label=label, called=called)

    def do(seen: str | None) -> str:
        service(found.pk, reasons=form.cleaned_data["reasons"], by=request.user, at=at, seen=seen)
        messages.success(request, f"The letter {letter.reference} is {done}.")
        return reverse("cases:overview", args=[case.reference])

    context = {
        **bar(case), "form": form, "title": title, "button": button,
        "back": reverse("cases:warning", args=[letter.reference]), "hint": "Your reasons go on the record.",
        "subject": letter.reference,
    }  # fmt: skip
    return page.decide(
        form, shown=warnings.shown(found), do=do, show=lambda: render(request, "cases/reasons.html", context),
        late=lambda refused: _somebody_was_first(request, case, refused),
    )  # fmt: skip
