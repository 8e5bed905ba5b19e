"""Routes of the office."""

from django.urls import path

from office.views import cases, index, policies

app_name = "office"
urlpatterns = [
    path("office/", index.index, name="index"),
    path("office/policies/", policies.versions, name="policies"),
    path("office/policies/propose/", policies.propose, name="propose"),
    path("office/policies/proposed/<int:pk>/", policies.proposal, name="proposal"),
    path("office/policies/<int:pk>/", policies.version, name="version"),
    path("cases/<str:ref>/policy/", cases.move, name="move_case"),
]
