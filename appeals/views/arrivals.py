"""When a letter was received from whose receipt a time to appeal runs."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

import cases.views
from appeals import forms
from appeals.services import arrivals
from appeals.views.shared import FRAME
from audit import looks
from audit import services as audit
from design import dates, pages
from letters import permissions
from letters.models import Letter
from people.access import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
def received(request: SignedInRequest, reference: str) -> HttpResponse:
    """Record when a letter was received: what hangs on it, by each likely day, and the day."""
    user, at = request.user, timezone.now()
    issued = Letter.objects.visible_to(user).filter(state=Letter.State.ISSUED).select_related("provider", "resident")
    letter = get_object_or_404(issued, reference=reference)
    permissions.check_can_record_arrival(user, letter)
    looks.note(request, letter)
    case, context = cases.views.file(request, letter.case_ref, "letters")
    hangs = [(one, arrivals.readings(one)) for one in arrivals.of_letter(case, letter)]
    context |= {"letter": letter, "hangs": hangs}

    def save(form: forms.Received, seen: str) -> str:
        on = form.cleaned_data["received_on"]
        arrivals.record(letter.pk, on=on, by=user, at=at, seen=seen)
        messages.success(request, f"Letter {letter.reference} was received on {dates.day(on)}.")
        return reverse("appeals:of_case", args=[case.reference])

    view = pages.Page(
        request, at=at, context=context | {"frame": FRAME, "save": "Save the day"}, since=audit.since(letter)
    )
    return view.edit(
        forms.Received,
        known=lambda: arrivals.known(letter),
        do=save,
        show=lambda form: render(request, "appeals/received.html", context | {"form": form}),
    )
