"""Routes of the register."""

from django.urls import path

from register.views import entering, entries, looking, steps

app_name = "register"
urlpatterns = [
    path("register/", looking.check, name="check"),
    path("register/look-ups/<int:pk>/", looking.card, name="card"),
    path("register/places/<str:reference>/", looking.place, name="place"),
    path("register/entries/", entries.entries, name="entries"),
    path("register/entries/add/", entering.add, name="add"),
    path("register/entries/add/<str:reference>/", entering.add, name="add_resident"),
    path("register/considerations/<int:pk>/", entering.consider, name="consider"),
    path("register/considerations/<int:pk>/enter/", entering.enter_after, name="enter_after"),
    path("register/considerations/<int:pk>/consult/<str:act>/", entering.consult, name="consult"),
    path("register/entries/<str:reference>/", entries.entry, name="entry"),
    path("register/entries/<str:reference>/change/", steps.change, name="change"),
    path("register/entries/<str:reference>/keep/", steps.keep, name="keep"),
    path("register/entries/<str:reference>/remove/", steps.remove, name="remove"),
    path("register/entries/<str:reference>/removed/", entries.removed, name="removed"),
    path("register/entries/<str:reference>/look-again/", steps.look_again, name="look_again"),
    path("register/entries/<str:reference>/consult/<str:act>/", steps.consult, name="consult_on"),
    path("register/<str:reference>/", looking.match, name="match"),
]
