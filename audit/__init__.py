"""Append-only record of what happened and who decided what; kept so by database triggers."""
