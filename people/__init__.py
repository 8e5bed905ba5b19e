"""Providers and their adopted policies, users and roles, contractors, residents."""
