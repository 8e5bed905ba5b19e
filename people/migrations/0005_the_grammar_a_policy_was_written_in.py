"""A policy that was adopted is read by the grammar that held then: for all so far, the first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_adopted_policies_never_change"),
    ]

    operations = [
        migrations.AddField(
            model_name="policyversion",
            name="written_in",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name="policyversion",
            name="written_in",
            field=models.PositiveSmallIntegerField(default=2),
        ),
    ]
