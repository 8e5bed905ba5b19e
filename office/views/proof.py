"""What the last looks at the trail found, for the provider's administrators."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit import breaks, sealing
from audit.breaks import Answer, Break
from design import dates, pages
from design.components import Row
from office import forms, permissions
from office.services import answering, verifying
from people.access import SignedInRequest, why_not

LOOKS_A_PAGE = 20


@require_safe
def proof(request: SignedInRequest) -> HttpResponse:
    """Whether the trail stood at the last look, how far it is sealed, and what earlier looks found."""
    permissions.check_can_open(request.user, request.user.provider)
    looks, answers = verifying.looks(), breaks.answers()
    last = looks.first()
    found = verifying.found(last) if last else []
    new = breaks.unanswered(found, (mark for mark, answer in answers.items() if answer.known))
    page = Paginator(looks, LOOKS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "last": last,
        "new": [(one, answers.get(one.mark)) for one in new],
        "known": sorted((one for one in answers.values() if one.known), key=lambda one: -one.event),
        "page": page,
        "rows": _rows(),
    }
    return render(request, "office/proof.html", context)


def answer(request: SignedInRequest, mark: str) -> HttpResponse:
    """One break: what was found out about it, to say so, or to agree with who said so."""
    permissions.check_can_open(request.user, request.user.provider)
    said = breaks.answers().get(mark)
    broken = said.broken if said else _found(mark)
    page, back = pages.Page(request, at=timezone.now()), reverse("office:proof")
    form = page.form(forms.Explanation)

    def explained(_: str | None) -> str:
        answering.explain(broken, reason=form.cleaned_data["reason"], by=request.user, at=page.at)
        messages.success(request, "What you found out is kept. Another administrator was asked to agree.")
        return back

    def accepted(_: str | None) -> str:
        answering.accept(mark, explained=said.event if said else 0, by=request.user, at=page.at)
        messages.success(request, "You agreed. The break is known from now on, and stays listed.")
        return back

    may_not = why_not(permissions.check_can_accept, request.user, request.user.provider, said) if said else ""
    context: dict[str, Any] = {"form": form, "broken": broken, "said": said, "may_not": may_not, "back": back}
    return page.decide(
        form,
        do=explained,
        also={"agree": accepted} if said and not said.known else {},
        show=lambda: render(request, "office/proof_answer.html", context),
        shown={"what was found out about it": _shown(said)},
    )


def _found(mark: str) -> Break:
    """A break that the last look found; nothing else has an address."""
    last = verifying.looks().first()
    for one in verifying.found(last) if last else ():
        if one.mark and one.mark == mark:
            return one
    raise Http404


def _shown(said: Answer | None) -> list[Any]:
    return [said.event, said.known] if said else []


def _rows() -> list[Row]:
    """How far the trail is sealed, and where that is signed."""
    sealed, waiting, places = sealing.last(), sealing.waiting(), sealing.places()
    return [
        Row("Last seal", f"Number {sealed.pk}, {dates.moment(sealed.made_at)}" if sealed else "None yet"),
        Row("Waiting for a seal", f"{waiting} change{'' if waiting == 1 else 's'}" if waiting else "Nothing"),
        Row("Signed in", f"{places} places" if places > 1 else "One place. A second, on another machine, is safer."),
    ]
