"""The tags and filters of the screens, by what a page is made of. `{% load design %}` gives them all."""
