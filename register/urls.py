"""Routes of the register."""

from django.urls import path

from register.views import entries, looking

app_name = "register"
urlpatterns = [
    path("register/", looking.check, name="check"),
    path("register/look-ups/<int:pk>/", looking.card, name="card"),
    path("register/places/<str:reference>/", looking.place, name="place"),
    path("register/entries/", entries.entries, name="entries"),
    path("register/entries/add/", entries.add, name="add"),
    path("register/entries/add/<str:reference>/", entries.add, name="add_resident"),
    path("register/considerations/<int:pk>/", entries.consider, name="consider"),
    path("register/considerations/<int:pk>/enter/", entries.enter_after, name="enter_after"),
    path("register/entries/<str:reference>/", entries.entry, name="entry"),
    path("register/entries/<str:reference>/change/", entries.change, name="change"),
    path("register/entries/<str:reference>/keep/", entries.keep, name="keep"),
    path("register/entries/<str:reference>/remove/", entries.remove, name="remove"),
    path("register/entries/<str:reference>/removed/", entries.removed, name="removed"),
    path("register/entries/<str:reference>/look-again/", entries.look_again, name="look_again"),
    path("register/<str:reference>/", looking.match, name="match"),
]
