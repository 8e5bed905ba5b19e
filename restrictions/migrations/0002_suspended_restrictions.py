"""A restriction may be suspended while an appeal against it is decided, where the policy says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("restrictions", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="restriction",
            name="suspended_at",
            field=models.DateTimeField(
                help_text="It holds nobody to its limits while an appeal against it is decided.", null=True
            ),
        ),
    ]
