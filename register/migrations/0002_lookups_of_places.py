"""A look-up may be of a place; look-ups are found by the entries that they showed."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="lookup", name="place", field=models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.AddConstraint(
            model_name="lookup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("resident__isnull", False), models.Q(("place", ""), _negated=True), _connector="OR"
                ),
                name="lookup_of_a_person_or_a_place",
            ),
        ),
        migrations.AddIndex(
            model_name="lookup",
            index=django.contrib.postgres.indexes.GinIndex(fields=["entries_shown"], name="lookup_by_entry"),
        ),
    ]
