"""Each adopted version keeps the provider's own words for its letters; those adopted before have none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_references")]

    operations = [
        migrations.AddField(
            model_name="policyversion", name="wording", field=models.JSONField(blank=True, default=dict)
        )
    ]
