"""The one command and what it does: environment, embedded servers, demo, tests, benchmarks.

Nothing in the product imports this. `ops` is also a Django app, installed for the demo and in development only, so
that the demo's own management commands are found.
"""
