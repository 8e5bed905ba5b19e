"""Settings from the environment, the table of scheduled work, the routes, and the refusals as pages."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
