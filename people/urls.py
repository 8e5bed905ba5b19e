"""Routes of people."""

from django.urls import path

from people import views

app_name = "people"
urlpatterns = [
    path("residents/", views.find, name="find"),
    path("residents/add/", views.add, name="add"),
    path("residents/<str:reference>/", views.resident, name="resident"),
    path("residents/<str:reference>/change/", views.change, name="change"),
    path("residents/<str:reference>/health/", views.show_health, name="show_health"),
    path("residents/<str:reference>/needs/add/", views.add_need, name="add_need"),
    path("residents/<str:reference>/needs/<int:pk>/end/", views.end_need, name="end_need"),
    path("residents/<str:reference>/representatives/add/", views.add_representative, name="add_representative"),
    path(
        "residents/<str:reference>/representatives/<int:pk>/end/", views.end_representative, name="end_representative"
    ),
    path("residents/<str:reference>/tenancies/add/", views.add_tenancy, name="add_tenancy"),
    path("policy/", views.policy, name="policy"),
]
