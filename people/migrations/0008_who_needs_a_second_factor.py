"""Which roles sign in with a second factor, as each provider chooses."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_only_the_address_of_the_account"),
    ]

    operations = [
        migrations.AddField(
            model_name="provider",
            name="factor_roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.SlugField(max_length=60), blank=True, default=list, size=None
            ),
        ),
    ]
