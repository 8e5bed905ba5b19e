"""Routes of the office."""

from django.urls import path

from office.views import appointing, cases, days_off, index, policies, who_looked

app_name = "office"
urlpatterns = [
    path("office/", index.index, name="index"),
    path("office/policies/", policies.versions, name="policies"),
    path("office/policies/propose/", policies.propose, name="propose"),
    path("office/policies/proposed/<int:pk>/", policies.proposal, name="proposal"),
    path("office/policies/<int:pk>/", policies.version, name="version"),
    path("cases/<str:ref>/policy/", cases.move, name="move_case"),
    path("cases/<str:ref>/policy/consult/", cases.consult, name="consult_on_move"),
    path("office/appoint/", appointing.appointments, name="appointments"),
    path("office/appoint/<str:ref>/", appointing.on_reference, name="appoint"),
    path("office/appoint/<str:ref>/<slug:which>/", appointing.appoint, name="appoint_to"),
    path("office/who-looked/", who_looked.who_looked, name="who_looked"),
    path("office/days-off/", days_off.table, name="days_off"),
    path("office/days-off/add/", days_off.add, name="days_off_add"),
    path("office/days-off/<slug:on>/remove/", days_off.remove, name="days_off_remove"),
    path("office/days-off/corrections/<int:pk>/", days_off.correction, name="days_off_correction"),
]
