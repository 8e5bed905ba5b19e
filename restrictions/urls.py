"""Routes of restrictions."""

from django.urls.resolvers import URLPattern

app_name = "restrictions"
urlpatterns: list[URLPattern] = []
