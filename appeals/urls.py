"""Routes of appeals."""

from django.urls import path

from appeals.views import arrivals, deciding, hearing, lodging, reading, withdrawing

app_name = "appeals"
urlpatterns = [
    path("cases/<str:ref>/appeals/", reading.of_case, name="of_case"),
    path("cases/<str:ref>/appeals/against/<str:key>/", lodging.lodge, name="lodge"),
    path("letters/<str:reference>/received/", arrivals.received, name="received"),
    path("appeals/<str:ref>/", reading.view, name="view"),
    path("appeals/<str:ref>/lodged/", reading.lodged, name="lodged"),
    path("appeals/<str:ref>/decide/", deciding.decide, name="decide"),
    path("appeals/<str:ref>/consult/", deciding.consult, name="consult"),
    path("appeals/<str:ref>/decided/", reading.decided, name="decided"),
    path("appeals/<str:ref>/hear/", hearing.hear, name="hear"),
    path("appeals/<str:ref>/withdraw/", withdrawing.withdraw, name="withdraw"),
]
