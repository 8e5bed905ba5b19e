"""The page on which something is done follows from its kind, so that a row does not keep an address that has moved."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0003_what_letters_have_told")]

    operations = [
        # So that it can be taken back where there are rows.
        migrations.AlterField("deadline", "url_name", models.CharField(blank=True, default="", max_length=60)),
        migrations.RemoveField("deadline", "url_name"),
    ]
