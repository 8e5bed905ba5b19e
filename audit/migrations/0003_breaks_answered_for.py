from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_history_and_seals"),
    ]

    operations = [
        migrations.AddField(
            model_name="verification",
            name="unanswered",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
