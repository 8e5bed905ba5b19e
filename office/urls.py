"""Routes of the office."""

from django.urls import path

from office.views import index

app_name = "office"
urlpatterns = [
    path("office/", index.index, name="index"),
]
