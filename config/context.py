"""The frame's own data: which links the signed-in person has."""

from django.http import HttpRequest
from django.urls import reverse

from letters.services import mail
from people.access import Can
from people.accounts import factors

# The pages that anybody may read, as the foot of each page leads to them.
ABOUT = (("accessibility", "Accessibility"), ("cookies", "Cookies"), ("privacy", "Privacy"))


def frame(request: HttpRequest) -> dict[str, object]:
    """Provider, navigation and why no e-mail leaves, for `base.html`; one query at most, that the page makes anyway."""
    always = {"about": ABOUT, "no_mail": mail.why_none_leaves()}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], **always}
    if request.session.get(factors.HAS) is False:
        # They set up a second factor before anything else.
        return {"nav": [], "provider": user.provider, **always}
    held = set().union(*user.capabilities.values()) if user.capabilities else set()
    links = []
    if Can.VIEW_CASES in held or Can.LOG_INCIDENTS in held:
        links += [("My work", reverse("worklist:mine"))]
    if Can.DECIDE in held:
        links += [("Team", reverse("worklist:team"))]
    if Can.VIEW_CASES in held:
        links += [("Cases", reverse("cases:list"))]
    if Can.VIEW_CASES in held or Can.LOG_INCIDENTS in held:
        links += [("Residents", reverse("people:find"))]
    if held & {Can.VIEW_REGISTER, Can.VIEW_SHARED_REGISTER}:
        links += [("Register", reverse("register:check"))]
    elif Can.VIEW_TRAIL in held:
        links += [("Shared with contractors", reverse("register:ledger"))]
    if Can.WORK_CASES in held:
        links += [("Letters", reverse("letters:outbox"))]
    if Can.VIEW_TRAIL in held:
        links += [("Who looked", reverse("office:who_looked"))]
    if Can.ADMINISTER in held:
        links += [("Office", reverse("office:index"))]
    if held - {Can.VIEW_SHARED_REGISTER}:
        links += [("Policy", reverse("people:policy"))]
    home = reverse("worklist:mine")
    within = (url for _, url in links if request.path == url or (url != home and request.path.startswith(url)))
    best = max(within, key=len, default="")
    return {"nav": [(text, url, url == best) for text, url in links], "provider": user.provider, **always}
