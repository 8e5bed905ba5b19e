"""Routes of the worklist."""

from django.urls import path

from worklist.views import closed_files, handing_over, work

app_name = "worklist"
urlpatterns = [
    path("", work.mine, name="mine"),
    path("team/", work.team, name="team"),
    path("batch/", work.batch, name="batch"),
    path("cases/<str:ref>/hand-over/", handing_over.case, name="hand_over"),
    path("team/<str:ref>/hand-over/", handing_over.person, name="hand_over_from"),
    path("residents/<str:reference>/access/set/<slug:kind>/", closed_files.set_access, name="set_access"),
    path("why/<int:pk>/", work.why, name="why"),
]
