from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_why_a_warning_follows")]

    operations = [
        migrations.AddField(
            model_name="voice",
            name="what",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="What is agreed to, where no proposal or draft says it: an outcome, a length, terms, a step.",
            ),
        ),
    ]
