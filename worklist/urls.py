"""Routes of the worklist."""

from django.urls import path

from worklist.views import handing_over, work

app_name = "worklist"
urlpatterns = [
    path("", work.mine, name="mine"),
    path("team/", work.team, name="team"),
    path("batch/", work.batch, name="batch"),
    path("cases/<str:ref>/hand-over/", handing_over.case, name="hand_over"),
    path("team/<str:ref>/hand-over/", handing_over.person, name="hand_over_from"),
    path("why/<int:pk>/", work.why, name="why"),
]
