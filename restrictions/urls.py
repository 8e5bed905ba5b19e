"""Routes of restrictions."""

from django.urls import path

from restrictions.views import (
    breaches,
    decisions,
    proposals,
    reading,
    reconsidering,
    reviews,
    spoc,
    together,
    waiving,
)

app_name = "restrictions"
urlpatterns = [
    path("cases/<str:ref>/restrictions/", reading.of_case, name="of_case"),
    path("cases/<str:ref>/restrictions/start/", reading.start, name="start"),
    path("restrictions/<str:ref>/", reading.view, name="view"),
    path("restrictions/<str:ref>/proposal/", proposals.proposal, name="proposal"),
    path("restrictions/<str:ref>/proposal/evidence/", proposals.evidence, name="evidence"),
    path("restrictions/<str:ref>/proposal/risk/", proposals.risk, name="risk"),
    path("restrictions/<str:ref>/proposal/needs/", proposals.needs, name="needs"),
    path("restrictions/<str:ref>/proposal/terms/", proposals.terms, name="terms"),
    path("restrictions/<str:ref>/proposal/limits/", proposals.limits_page, name="limits"),
    path("restrictions/<str:ref>/proposal/instructions/", proposals.instructions, name="instructions"),
    path("restrictions/<str:ref>/proposal/length/", proposals.length, name="length"),
    path("restrictions/<str:ref>/proposal/review/", waiving.when_reviewed, name="when_reviewed"),
    path("restrictions/<str:ref>/proposal/less/", proposals.less, name="less"),
    path("restrictions/<str:ref>/proposal/check/", proposals.check, name="check"),
    path("restrictions/<str:ref>/proposed/", proposals.proposed, name="proposed"),
    path("restrictions/<str:ref>/withdraw/", proposals.withdraw, name="withdraw"),
    path("restrictions/<str:ref>/decide/", decisions.decide, name="decide"),
    path("restrictions/<str:ref>/consult/", together.consult, name="consult"),
    path("restrictions/<str:ref>/consult/<slug:act>/", together.consult, name="consult_on"),
    path("restrictions/<str:ref>/agreed/", together.agreed, name="agreed"),
    path("restrictions/<str:ref>/imposed/", decisions.imposed, name="imposed"),
    path("restrictions/<str:ref>/returned/", decisions.returned, name="returned"),
    path("restrictions/<str:ref>/lift/", decisions.lift, name="lift"),
    path("restrictions/<str:ref>/lifted/", decisions.lifted, name="lifted"),
    path("restrictions/<str:ref>/reconsider/", reconsidering.request_reconsideration, name="request_reconsideration"),
    path("restrictions/<str:ref>/breaches/", breaches.answer, name="breaches"),
    path("restrictions/<str:ref>/breaches/log/", breaches.log, name="log_breach"),
    path("restrictions/<str:ref>/contact/change/", spoc.change, name="change_spoc"),
    path("restrictions/<str:ref>/contact/back/", spoc.cover_over, name="cover_over"),
    path("restrictions/<str:ref>/contact/check/", spoc.check, name="check_spoc"),
    path("restrictions/<str:ref>/contact/follow-up/", spoc.follow_up, name="follow_up"),
    path("restrictions/<str:ref>/no-review/", waiving.waive, name="waive"),
    path("restrictions/<str:ref>/review/", reviews.review, name="review"),
    path("reviews/<str:ref>/account/", reviews.account, name="account"),
    path("reviews/<str:ref>/decided/", reviews.reviewed, name="reviewed"),
]
