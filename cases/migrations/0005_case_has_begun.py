from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_fill_begun_at")]

    operations = [
        migrations.AlterField(
            "case",
            "begun_at",
            models.DateTimeField(help_text="Since when warnings count: when the case was opened, or last reopened."),
        )
    ]
