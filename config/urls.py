"""The routes: each room brings its own."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from config import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path(
        "favicon.ico",
        login_not_required(RedirectView.as_view(url="/static/design/images/favicon.svg")),
        name="favicon",
    ),
    path("accessibility/", views.about, {"name": "accessibility"}, name="accessibility"),
    path("cookies/", views.about, {"name": "cookies"}, name="cookies"),
    path("privacy/", views.about, {"name": "privacy"}, name="privacy"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("account/", include("people.accounts.urls")),
    path("", include("office.urls")),
    path("", include("worklist.urls")),
    path("", include("appeals.urls")),
    path("", include("restrictions.urls")),
    path("", include("cases.urls")),
    path("", include("register.urls")),
    path("", include("letters.urls")),
    path("", include("people.urls")),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler429 = "config.views.too_many"
handler500 = "config.views.server_error"
