import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(
            "incident", "hurt", models.BooleanField(default=False, help_text="Somebody was physically hurt.")
        ),
        migrations.AddField(
            "incident",
            "hazard",
            models.BooleanField(
                default=False, help_text="The resident reported something that needs repair or makes the home unsafe."
            ),
        ),
        migrations.AddField(
            "incident", "hazard_words", models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.AddConstraint(
            "incident",
            models.CheckConstraint(
                condition=models.Q(hazard=False) | ~models.Q(hazard_words=""), name="incident_hazard_says_what"
            ),
        ),
        migrations.AddField("case", "begun_at", models.DateTimeField(null=True)),
        migrations.AddField("case", "threshold_settled_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "case",
            "threshold_settled_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=models.Q(threshold_settled_by__isnull=True, threshold_settled_at__isnull=True)
                | models.Q(threshold_settled_by__isnull=False, threshold_settled_at__isnull=False),
                name="case_threshold_settled_has_who_and_when",
            ),
        ),
    ]
