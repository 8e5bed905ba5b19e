"""Routes of letters. The tab of a case file that lists its letters is a page of cases."""

from django.urls import path

from letters import views

app_name = "letters"
urlpatterns = [
    path("letters/", views.outbox, name="outbox"),
    path("letters/sendings/<int:pk>/", views.sending, name="sending"),
    path("letters/<str:reference>/", views.view, name="view"),
    path("letters/<str:reference>/pdf", views.pdf, name="pdf"),
]
