"""What several decide, and who was asked first, as the room of cases kept it: the rows are there already."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0008_voices_leave"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Voice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("about", models.CharField(max_length=60)),
                        ("act", models.CharField(max_length=40)),
                        (
                            "says",
                            models.CharField(
                                choices=[("agree", "Agreed"), ("against", "Did not agree")], max_length=10
                            ),
                        ),
                        (
                            "what",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                help_text="What is agreed to, where no proposal or draft says it: an outcome, a length, terms, a step.",
                            ),
                        ),
                        ("reasons", models.TextField()),
                        ("considered", models.TextField(blank=True)),
                        ("not_done", models.TextField(blank=True)),
                        (
                            "met_on",
                            models.DateField(help_text="The day of the meeting, where they decided in one.", null=True),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "dropped_at",
                            models.DateTimeField(
                                help_text="When it went back, so that this counts no more.", null=True
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(on_delete=PROTECT, related_name="voices", to=settings.AUTH_USER_MODEL),
                        ),
                        ("case", models.ForeignKey(on_delete=PROTECT, related_name="voices", to="cases.case")),
                        (
                            "recorded_by",
                            models.ForeignKey(on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("dropped_at__isnull", True)),
                                fields=("about", "act", "by"),
                                name="voice_once_a_person",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reasons", ""), _negated=True), name="voice_says_why"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("met_on__isnull", False), ("recorded_by", models.F("by")), _connector="OR"
                                ),
                                name="voice_of_ones_own_outside_a_meeting",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Consultation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("about", models.CharField(max_length=60)),
                        ("act", models.CharField(max_length=40)),
                        ("on", models.DateField()),
                        ("words", models.TextField()),
                        ("recorded_at", models.DateTimeField()),
                        ("case", models.ForeignKey(on_delete=PROTECT, related_name="consultations", to="cases.case")),
                        ("person", models.ForeignKey(on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                        (
                            "recorded_by",
                            models.ForeignKey(on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["about", "act"], name="consultation_by_act")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("words", ""), _negated=True), name="consultation_says_what"
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
