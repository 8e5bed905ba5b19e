"""Files beside an incident: which there are, and one of them as it was handed in."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit import looks
from cases.models import Evidence, Incident
from cases.services import evidence as evidence_of
from cases.services import scanning
from cases.views.frame import SignedInRequest
from people.models import User


def of(incident: Incident) -> list[tuple[Evidence, str]]:
    """The files of an incident, and why one may not be opened now."""
    files = incident.evidence.select_related("added_by", "scan").order_by("pk")
    return [(file, scanning.why_held(file)) for file in files]


def add(incident_id: int, uploads: Sequence[UploadedFile], *, by: User, at: datetime) -> None:
    """Hand in what somebody chose on the page."""
    evidence_of.add_evidence(incident_id, files=uploads, by=by, at=at)


def are_checked() -> bool:
    """Whether files are checked for malware here."""
    return scanning.is_on()


@require_GET
def evidence(request: SignedInRequest, ref: str, pk: int) -> FileResponse | HttpResponse:
    """A file of the incident, always as a download: nothing that somebody handed in is shown inside Evenhand."""
    files = Evidence.objects.select_related("scan", "incident", "added_by")
    kept = get_object_or_404(
        files, pk=pk, incident__reference=ref, incident__in=Incident.objects.visible_to(request.user)
    )
    if why := scanning.why_held(kept):
        context = {"incident": kept.incident, "file": kept, "why": why}
        return render(request, "cases/file_held.html", context, status=409)
    file = evidence_of.open_file(kept, by=request.user, at=timezone.now())
    looks.note(request, kept)
    answer = FileResponse(file, as_attachment=True, filename=kept.name, content_type=kept.content_type)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
