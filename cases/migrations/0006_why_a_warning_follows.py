from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_voices_and_consultations")]

    operations = [
        migrations.AddField(
            model_name="warning",
            name="same_again",
            field=models.TextField(
                blank=True,
                default="",
                help_text="Why a warning letter follows the first letter on what that one was about already.",
            ),
            preserve_default=False,
        ),
    ]
