"""Accounts of people: signing in and out, passwords, second factors and sessions, on django-allauth.

Only the library's views that `urls.py` names are reachable, each with a page of the product's own.
"""
