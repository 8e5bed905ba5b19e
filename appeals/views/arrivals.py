"""When a letter was received from whose receipt a time to appeal runs."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

import cases.views
from appeals import forms
from appeals.services import receipts
from appeals.views.shared import user_of
from design import dates
from design.forms import for_page
from letters import permissions
from letters.models import Arrival, Letter


@require_http_methods(["GET", "HEAD", "POST"])
def received(request: HttpRequest, reference: str) -> HttpResponse:
    """Record when a letter was received: what hangs on it, by each likely day, and the day."""
    user = user_of(request)
    issued = Letter.objects.visible_to(user).filter(state=Letter.State.ISSUED).select_related("provider", "resident")
    letter = get_object_or_404(issued, reference=reference)
    permissions.check_can_record_arrival(user, letter)
    case, context = cases.views.file(request, letter.case_ref, "letters")
    known = Arrival.objects.filter(letter=letter).first()
    form = for_page(forms.Received, request, {"received_on": known.on if known else None})
    if form.is_valid():
        with form.rules():
            on = form.cleaned_data["received_on"]
            receipts.record(letter.pk, on=on, by=user, at=timezone.now())
            messages.success(request, f"Letter {letter.reference} was received on {dates.day(on)}.")
            return redirect("appeals:of_case", case.reference)
    hangs = [(one, receipts.readings(one)) for one in receipts.of_letter(case, letter)]
    return render(request, "appeals/received.html", context | {"form": form, "letter": letter, "hangs": hangs})
