"""Routes of appeals."""

from django.urls import path

from appeals import views

app_name = "appeals"
urlpatterns = [
    path("cases/<str:ref>/appeals/", views.of_case, name="of_case"),
    path("cases/<str:ref>/appeals/against/<str:key>/", views.lodge, name="lodge"),
    path("appeals/<str:ref>/", views.view, name="view"),
    path("appeals/<str:ref>/lodged/", views.lodged, name="lodged"),
    path("appeals/<str:ref>/decide/", views.decide, name="decide"),
    path("appeals/<str:ref>/decided/", views.decided, name="decided"),
    path("appeals/<str:ref>/hear/", views.hear, name="hear"),
    path("appeals/<str:ref>/withdraw/", views.withdraw, name="withdraw"),
]
