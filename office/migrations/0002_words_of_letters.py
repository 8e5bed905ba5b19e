"""A proposed policy brings the words of its letters along; those proposed before carry over what holds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("office", "0001_adoptions"),
    ]

    operations = [
        migrations.AddField(
            model_name="adoption",
            name="wording",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
