"""Restrictions and their terms, and their reviews."""
