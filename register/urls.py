"""Routes of the register."""

from django.urls import path

from register import views

app_name = "register"
urlpatterns = [
    path("register/", views.check, name="check"),
    path("register/look-ups/<int:pk>/", views.card, name="card"),
    path("register/places/<str:reference>/", views.place, name="place"),
    path("register/entries/", views.entries, name="entries"),
    path("register/entries/add/", views.add, name="add"),
    path("register/entries/add/<str:reference>/", views.add, name="add_resident"),
    path("register/entries/<str:reference>/", views.entry, name="entry"),
    path("register/entries/<str:reference>/change/", views.change, name="change"),
    path("register/entries/<str:reference>/keep/", views.keep, name="keep"),
    path("register/entries/<str:reference>/remove/", views.remove, name="remove"),
    path("register/entries/<str:reference>/removed/", views.removed, name="removed"),
    path("register/entries/<str:reference>/look-again/", views.look_again, name="look_again"),
    path("register/<str:reference>/", views.match, name="match"),
]
