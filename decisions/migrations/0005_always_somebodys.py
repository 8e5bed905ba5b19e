"""Every voice and consultation is some provider's."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("decisions", "0004_the_case_goes")]

    operations = [
        migrations.AlterField(
            model,
            "provider",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=called, to="people.provider"),
        )
        for model, called in (("voice", "voices"), ("consultation", "consultations"))
    ]
