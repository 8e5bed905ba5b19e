"""Routes of worklist."""

from django.urls.resolvers import URLPattern

app_name = "worklist"
urlpatterns: list[URLPattern] = []
