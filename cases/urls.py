"""Routes of cases."""

from django.urls import path

from cases.views import drafting, file_access, files, incidents, listing, reported, stages, tabs, warnings
from people.accounts.again import asked

app_name = "cases"
urlpatterns = [
    path("cases/", listing.listing, name="list"),
    path("cases/<str:ref>/", tabs.overview, name="overview"),
    path("cases/<str:ref>/timeline/", tabs.timeline, name="timeline"),
    path("cases/<str:ref>/incidents/", tabs.incidents, name="incidents"),
    path("cases/<str:ref>/letters/", tabs.letters, name="letters"),
    path("cases/<str:ref>/people/", tabs.people, name="people"),
    path("cases/<str:ref>/warn/", warnings.draft, name="warn"),
    path("cases/<str:ref>/first-letter/", warnings.first, name="first_letter"),
    path("cases/<str:ref>/settle/", stages.settle, name="settle"),
    path("cases/<str:ref>/settle-restriction/", stages.settle_restriction, name="settle_restriction"),
    path("cases/<str:ref>/asked/<slug:key>/", stages.gate, name="gate"),
    path("cases/<str:ref>/scope/", stages.covers, name="scope"),
    path("cases/<str:ref>/risk/", stages.risk, name="risk"),
    path("cases/<str:ref>/equality/", stages.equality, name="equality"),
    path("cases/<str:ref>/not-to-act/", stages.not_to_act, name="not_to_act"),
    path("cases/<str:ref>/close/", stages.close, name="close"),
    path("cases/<str:ref>/reopen/", stages.reopen, name="reopen"),
    path("residents/closed/open-urgently/", asked(file_access.open_urgently), name="open_urgently"),
    path("residents/<str:reference>/access/", file_access.access_to, name="file_access"),
    path("residents/<str:reference>/access/<int:pk>/end/", file_access.end_access, name="end_access"),
    path("warnings/<str:ref>/", warnings.warning, name="warning"),
    path("warnings/<str:ref>/change/", warnings.change, name="warning_change"),
    path("warnings/<str:ref>/consult/", warnings.consult, name="warning_consult"),
    path("warnings/<str:ref>/return/", warnings.give_back, name="warning_return"),
    path("warnings/<str:ref>/withdraw/", warnings.withdraw, name="warning_withdraw"),
    path("warnings/<str:ref>/issued/", warnings.issued, name="warning_issued"),
    path("incidents/reported/<int:pk>/", reported.read, name="reported"),
    path("incidents/log/", drafting.log, name="log"),
    path("incidents/log/<uuid:token>/", drafting.write, name="log_draft"),
    path("incidents/log/<uuid:token>/draft/", drafting.autosave, name="draft_autosave"),
    path("incidents/log/<uuid:token>/same/", drafting.same, name="log_same"),
    path("incidents/log/<uuid:token>/discard/", drafting.discard, name="draft_discard"),
    path("incidents/support/<str:about>/", incidents.support, name="support"),
    path("incidents/<str:ref>/", incidents.incident, name="incident"),
    path("incidents/<str:ref>/saved/", incidents.saved, name="incident_saved"),
    path("incidents/<str:ref>/add/<str:what>/", incidents.add, name="incident_add"),
    path("incidents/<str:ref>/files/<int:pk>/", files.evidence, name="evidence"),
]
