"""A warning may be suspended while an appeal against it is decided, where the policy says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_questions_and_settled_restrictions")]

    operations = [
        migrations.AddField(
            model_name="warning",
            name="suspended_at",
            field=models.DateTimeField(help_text="It does not count while an appeal against it is decided.", null=True),
        ),
    ]
