"""What the last looks at the trail found, for the provider's administrators."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit import sealing
from design import dates
from design.components import Row
from office import permissions
from office.services import verifying
from people.access import SignedInRequest

LOOKS_A_PAGE = 20


@require_safe
def proof(request: SignedInRequest) -> HttpResponse:
    """Whether the trail stood at the last look, how far it is sealed, and what earlier looks found."""
    permissions.check_can_open(request.user, request.user.provider)
    looks = verifying.looks()
    page = Paginator(looks, LOOKS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "last": looks.first(),
        "page": page,
        "rows": _rows(),
    }
    return render(request, "office/proof.html", context)


def _rows() -> list[Row]:
    """How far the trail is sealed, and where that is signed."""
    sealed, waiting, places = sealing.last(), sealing.waiting(), sealing.places()
    return [
        Row("Last seal", f"Number {sealed.pk}, {dates.moment(sealed.made_at)}" if sealed else "None yet"),
        Row("Waiting for a seal", f"{waiting} change{'' if waiting == 1 else 's'}" if waiting else "Nothing"),
        Row("Signed in", f"{places} places" if places > 1 else "One place. A second, on another machine, is safer."),
    ]
