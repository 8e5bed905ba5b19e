"""Routes of the worklist."""

from django.urls import path

from worklist import views

app_name = "worklist"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("team/", views.team, name="team"),
    path("batch/", views.batch, name="batch"),
    path("why/<int:pk>/", views.why, name="why"),
]
