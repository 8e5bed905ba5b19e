"""Django's PostgreSQL, with the limit that binding on the server has (docs/adr/0121)."""
