"""Routes of register."""

from django.urls.resolvers import URLPattern

app_name = "register"
urlpatterns: list[URLPattern] = []
