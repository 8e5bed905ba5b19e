"""Routes of the office."""

from django.urls import path

from office.views import (
    appointing,
    cases,
    contractors,
    days_off,
    index,
    people,
    policies,
    proof,
    signing_in,
    who_looked,
)
from people.accounts.again import asked

app_name = "office"
urlpatterns = [
    path("office/", asked(index.index), name="index"),
    path("office/people/", asked(people.everybody), name="people"),
    path("office/people/add/", asked(people.add), name="person_add"),
    path("office/people/<str:ref>/", asked(people.person), name="person"),
    path("office/people/<str:ref>/change/", asked(people.change), name="person_change"),
    path("office/people/<str:ref>/address/", asked(signing_in.change_address), name="person_address"),
    path("office/people/<str:ref>/invite/", asked(people.invite), name="person_invite"),
    path("office/people/<str:ref>/roles/", asked(people.give_role), name="role_give"),
    path("office/people/<str:ref>/roles/<int:pk>/", asked(people.role), name="role"),
    path("office/people/<str:ref>/close/", asked(people.close), name="person_close"),
    path("office/people/<str:ref>/open/", asked(people.reopen), name="person_reopen"),
    path("office/people/<str:ref>/sign-out/", asked(signing_in.sign_out), name="person_sign_out"),
    path("office/people/<str:ref>/away/", asked(people.away), name="person_away"),
    path("office/people/<str:ref>/covers/<int:pk>/", asked(people.end_cover), name="cover_end"),
    path("office/contractors/", asked(contractors.organisations), name="organisations"),
    path("office/contractors/add/", asked(contractors.add), name="organisation_add"),
    path("office/contractors/<int:pk>/", asked(contractors.organisation), name="organisation"),
    path("office/contractors/<int:pk>/close/", asked(contractors.close), name="organisation_close"),
    path("office/policies/", asked(policies.versions), name="policies"),
    path("office/policies/propose/", asked(policies.propose), name="propose"),
    path("office/policies/proposed/<int:pk>/", asked(policies.proposal), name="proposal"),
    path("office/policies/<int:pk>/", asked(policies.version), name="version"),
    path("cases/<str:ref>/policy/", cases.move, name="move_case"),
    path("cases/<str:ref>/policy/consult/", cases.consult, name="consult_on_move"),
    path("office/appoint/", asked(appointing.appointments), name="appointments"),
    path("office/appoint/<str:ref>/", asked(appointing.on_reference), name="appoint"),
    path("office/appoint/<str:ref>/<slug:which>/", asked(appointing.appoint), name="appoint_to"),
    path("office/proof/", asked(proof.proof), name="proof"),
    path("office/proof/<slug:mark>/", asked(proof.answer), name="proof_answer"),
    path("office/who-looked/", asked(who_looked.who_looked), name="who_looked"),
    path("office/signing-in/", asked(signing_in.settings), name="signing_in"),
    path("office/signing-in/<str:reference>/", asked(signing_in.remove_factors), name="remove_factors"),
    path("office/days-off/", asked(days_off.table), name="days_off"),
    path("office/days-off/add/", asked(days_off.add), name="days_off_add"),
    path("office/days-off/<slug:on>/remove/", asked(days_off.remove), name="days_off_remove"),
    path("office/days-off/corrections/<int:pk>/", asked(days_off.correction), name="days_off_correction"),
]
