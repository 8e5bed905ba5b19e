"""Who prepared a proposal before a colleague took it over: it keeps them from deciding it (F12)."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("restrictions", "0009_review_agreed"),
    ]

    operations = [
        migrations.AddField(
            model_name="restriction",
            name="shaped_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                help_text="Who prepared it before another took it over (F12).",
                size=None,
            ),
        ),
    ]
