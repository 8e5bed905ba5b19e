"""Whether people of a provider get in by single sign-on alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0008_who_needs_a_second_factor"),
    ]

    operations = [
        migrations.AddField(
            model_name="provider",
            name="sign_on_only",
            field=models.BooleanField(default=False),
        ),
    ]
