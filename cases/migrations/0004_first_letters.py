"""A policy may put its first stage in writing: a warning that is a first letter."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_suspended_warnings")]

    operations = [
        migrations.AlterField(
            model_name="warning",
            name="kind",
            field=models.CharField(
                choices=[("initial", "Initial warning"), ("written", "Warning letter"), ("first", "First letter")],
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint(model_name="warning", name="warning_has_its_incident_or_letter"),
        migrations.AddConstraint(
            model_name="warning",
            constraint=models.CheckConstraint(
                condition=models.Q(("incident__isnull", False), ("kind", "initial"))
                | models.Q(("kind__in", ["written", "first"]), ("letter__isnull", False)),
                name="warning_has_its_incident_or_letter",
            ),
        ),
    ]
