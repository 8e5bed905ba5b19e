"""Note on each open deadline that a letter gave the resident which day it gave, so that no correction makes it worse."""

from django.db import migrations

TOLD = ("appeal.window", "appeal.decide", "review.interval", "review.at_end")


def note(apps, schema_editor):
    """The day that holds now is the day that was told: until now no screen could correct a day off."""
    deadlines = apps.get_model("deadlines", "Deadline").objects
    for deadline in deadlines.filter(state="open", kind__in=TOLD, due_on__isnull=False, reckoning__isnull=False):
        deadline.reckoning = {**deadline.reckoning, "told_on": deadline.due_on.isoformat()}
        deadline.save(update_fields=["reckoning"])


def forget(apps, schema_editor):
    deadlines = apps.get_model("deadlines", "Deadline").objects
    for deadline in deadlines.filter(reckoning__has_key="told_on"):
        deadline.reckoning = {name: kept for name, kept in deadline.reckoning.items() if name != "told_on"}
        deadline.save(update_fields=["reckoning"])


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0002_days_off_of_the_office")]

    operations = [migrations.RunPython(note, forget)]
