"""Two people may each be entered from one incident."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0002_lookups_of_places")]

    operations = [
        migrations.RemoveConstraint(model_name="entry", name="entry_once_a_source"),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_on__isnull", True), models.Q(("source", ""), _negated=True)),
                fields=("source", "resident"),
                name="entry_once_a_source",
            ),
        ),
    ]
