"""Routes of appeals."""

from django.urls.resolvers import URLPattern

app_name = "appeals"
urlpatterns: list[URLPattern] = []
