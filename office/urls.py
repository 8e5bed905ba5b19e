"""Routes of the office."""

from django.urls import path

from office.views import appointing, cases, contractors, days_off, index, people, policies, who_looked

app_name = "office"
urlpatterns = [
    path("office/", index.index, name="index"),
    path("office/people/", people.everybody, name="people"),
    path("office/people/add/", people.add, name="person_add"),
    path("office/people/<str:ref>/", people.person, name="person"),
    path("office/people/<str:ref>/change/", people.change, name="person_change"),
    path("office/people/<str:ref>/invite/", people.invite, name="person_invite"),
    path("office/people/<str:ref>/roles/", people.give_role, name="role_give"),
    path("office/people/<str:ref>/roles/<int:pk>/", people.role, name="role"),
    path("office/people/<str:ref>/close/", people.close, name="person_close"),
    path("office/people/<str:ref>/open/", people.reopen, name="person_reopen"),
    path("office/people/<str:ref>/away/", people.away, name="person_away"),
    path("office/people/<str:ref>/covers/<int:pk>/", people.end_cover, name="cover_end"),
    path("office/contractors/", contractors.organisations, name="organisations"),
    path("office/contractors/add/", contractors.add, name="organisation_add"),
    path("office/contractors/<int:pk>/", contractors.organisation, name="organisation"),
    path("office/contractors/<int:pk>/close/", contractors.close, name="organisation_close"),
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
