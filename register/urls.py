"""Routes of the register."""

from django.urls import path

from register.views import deciding, entering, entries, looking, reporting, sharing

app_name = "register"
urlpatterns = [
    path("register/", looking.check, name="check"),
    path("register/look-ups/<int:pk>/", looking.card, name="card"),
    path("register/places/<str:reference>/", looking.place, name="place"),
    path("register/report/", reporting.report, name="report"),
    path("register/found/<str:handle>/", looking.found, name="found"),
    path("register/shared/", sharing.shared, name="shared"),
    path("register/shared/<uuid:token>/", sharing.receive, name="receive"),
    path("register/shares/", sharing.ledger, name="ledger"),
    path("register/shares/<int:pk>/", sharing.disclosure, name="disclosure"),
    path("register/shares/<int:pk>/recall/", sharing.recall, name="recall"),
    path("register/entries/", entries.entries, name="entries"),
    path("register/entries/add/", entering.add, name="add"),
    path("register/entries/add/<str:reference>/", entering.add, name="add_resident"),
    path("register/considerations/<int:pk>/", entering.consider, name="consider"),
    path("register/considerations/<int:pk>/enter/", entering.enter_after, name="enter_after"),
    path("register/considerations/<int:pk>/consult/<str:act>/", entering.consult, name="consult"),
    path("register/entries/<str:reference>/", entries.entry, name="entry"),
    path("register/entries/<str:reference>/change/", deciding.change, name="change"),
    path("register/entries/<str:reference>/share/", sharing.share, name="share"),
    path("register/entries/<str:reference>/keep/", deciding.keep, name="keep"),
    path("register/entries/<str:reference>/remove/", deciding.remove, name="remove"),
    path("register/entries/<str:reference>/removed/", entries.removed, name="removed"),
    path("register/entries/<str:reference>/look-again/", deciding.look_again, name="look_again"),
    path("register/entries/<str:reference>/consult/<str:act>/", deciding.consult, name="consult_on"),
    path("register/<str:reference>/", looking.match, name="match"),
]
