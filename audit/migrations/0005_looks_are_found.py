from django.db import migrations, models

LOOKS = models.Q(
    ("verb__endswith", ".looked_at"),
    ("verb__in", ("register.looked_up", "letter.opened", "file.opened_urgently")),
    _connector="OR",
)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0004_breaks_by_their_marks"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["provider_ref", "-at"], name="look_by_provider", condition=LOOKS),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["by_ref", "-at"], name="look_by_reader", condition=LOOKS),
        ),
    ]
