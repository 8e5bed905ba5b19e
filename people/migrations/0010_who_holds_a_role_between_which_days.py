"""Who holds a role stands in a table with days; a role is a group no longer (see 0008 and 0009)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_single_sign_on_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Holding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField(null=True)),
                ("until_on", models.DateField(help_text="The last day; empty where none is set.", null=True)),
                ("proposed_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, help_text="Why it was proposed.", max_length=500)),
                ("granted_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "granted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holdings", to="people.role"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holdings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("user", "role"),
                        name="holding_once_a_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on__isnull", True),
                            ("from_on__isnull", True),
                            ("until_on__gte", models.F("from_on")),
                            _connector="OR",
                        ),
                        name="holding_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proposed_at__isnull", True), ("proposed_by__isnull", True)),
                            models.Q(("proposed_at__isnull", False), ("proposed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="holding_proposed_has_who_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("granted_at__isnull", False), ("proposed_at__isnull", False), _connector="OR"
                        ),
                        name="holding_granted_or_proposed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("proposed_by__isnull", True),
                            ("granted_at__isnull", True),
                            models.Q(
                                ("granted_by__isnull", False),
                                models.Q(("granted_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="holding_proposed_takes_a_second_person",
                    ),
                ],
            },
        ),
        migrations.AlterField(
            model_name="role",
            name="group",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="role", to="auth.group"
            ),
        ),
    ]
