"""Say of each day off whether the nation's calendar or the office brought it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="holiday",
            name="own",
            field=models.BooleanField(default=False, help_text="The office added it; else the nation's calendar did."),
        ),
    ]
