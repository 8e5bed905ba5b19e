"""The one table of scheduled work. Times are Europe/London; each task is safe to run twice, or late."""

import os

from celery import Celery, signals
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("evenhand")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "nightly-sweep": {"task": "worklist.tasks.sweep", "schedule": crontab(hour="6", minute="0")},
    "verify-trail": {"task": "office.tasks.verify_new", "schedule": crontab(hour="4", minute="30")},
    "verify-whole-trail": {
        "task": "office.tasks.verify_whole",
        "schedule": crontab(hour="2", minute="0", day_of_week="sun"),
    },
    "seal-trail": {"task": "audit.tasks.seal", "schedule": 30.0},
    "forget-presses": {"task": "design.tasks.forget_presses", "schedule": crontab(hour="5", minute="30")},
    "clear-sessions": {"task": "people.tasks.clear_sessions", "schedule": crontab(hour="5", minute="15")},
    "end-shares": {"task": "register.tasks.end_shares", "schedule": crontab(hour="5", minute="40")},
    "forget-handles": {"task": "register.tasks.forget_handles", "schedule": crontab(hour="5", minute="35")},
    "account-mail": {"task": "letters.tasks.take_up_account_mail", "schedule": 20.0},
    "outbox": {"task": "letters.tasks.sweep_outbox", "schedule": 20.0},
    "scan-files": {"task": "cases.tasks.scan_waiting", "schedule": 60.0},
    "heartbeat": {"task": "config.tasks.heartbeat", "schedule": 20.0},
}


@signals.beat_init.connect
def first_heartbeat(**_: object) -> None:
    """Ask at once, so that a fresh start is ready within seconds and not after the first tick."""
    app.send_task("config.tasks.heartbeat", expires=60)
