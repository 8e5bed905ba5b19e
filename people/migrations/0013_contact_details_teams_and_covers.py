"""What the office keeps of staff and contractors: teams, what letters show, covers, who took over, what has ended."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0012_rights_follow_from_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="closed_at",
            field=models.DateTimeField(help_text="Since when it works for the provider no longer.", null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="letter_email",
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name="user",
            name="letter_name",
            field=models.CharField(blank=True, help_text="As letters name them, where that differs.", max_length=200),
        ),
        migrations.AddField(
            model_name="user",
            name="letter_phone",
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddField(
            model_name="user",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                help_text="Who took over the work when the account was closed: what would still come to it goes there.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="team",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.CreateModel(
            name="Cover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case_ref", models.CharField(blank=True, max_length=30)),
                ("away", models.BooleanField(default=False)),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("arranged_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "arranged_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "colleague",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="covers_given",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="covers", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["from_on", "pk"],
                "indexes": [
                    models.Index(fields=["colleague", "until_on"], name="cover_by_colleague"),
                    models.Index(fields=["person", "until_on"], name="cover_by_person"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until_on__gte", models.F("from_on"))), name="cover_ends_after_it_begins"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("colleague")), _negated=True),
                        name="cover_is_a_colleagues",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("colleague__isnull", False), models.Q(("away", True), ("case_ref", "")), _connector="OR"
                        ),
                        name="cover_has_somebody_or_says_away",
                    ),
                ],
            },
        ),
    ]
