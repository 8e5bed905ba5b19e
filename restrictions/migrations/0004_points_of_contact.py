import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("letters", "0001_initial"),
        ("restrictions", "0003_when_it_is_reviewed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Naming",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("named_on", models.DateField()),
                ("named_at", models.DateTimeField()),
                ("from_on", models.DateField()),
                (
                    "until_on",
                    models.DateField(help_text="The last day of a cover; empty for whoever holds it.", null=True),
                ),
                ("ended_on", models.DateField(help_text="The day on which it ceased.", null=True)),
                ("reason", models.TextField(blank=True, help_text="For colleagues; the resident does not read it.")),
                (
                    "letter",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="letters.letter"
                    ),
                ),
                (
                    "named_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="namings", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "restriction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="namings",
                        to="restrictions.restriction",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True), ("until_on__isnull", True)),
                        fields=("restriction",),
                        name="naming_one_holder_a_restriction",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on__isnull", True), ("until_on__isnull", False)),
                        fields=("restriction",),
                        name="naming_one_cover_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on__isnull", True), ("until_on__gte", models.F("from_on")), _connector="OR"
                        ),
                        name="naming_cover_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SpocCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_on", models.DateField(null=True)),
                ("looked_at", models.TextField()),
                ("answered_in_time", models.BooleanField()),
                ("findings", models.TextField()),
                ("to_change", models.TextField(blank=True)),
                ("checked_at", models.DateTimeField()),
                ("checked_on", models.DateField()),
                ("followed_up", models.TextField(blank=True)),
                ("followed_up_at", models.DateTimeField(null=True)),
                (
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "followed_up_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        help_text="Whose work it looks at.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "restriction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="spoc_checks",
                        to="restrictions.restriction",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("checked_by", models.F("person")), _negated=True),
                        name="spoc_check_is_a_colleagues",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("followed_up", ""), ("followed_up_at__isnull", True), ("followed_up_by__isnull", True)
                            ),
                            models.Q(
                                models.Q(("followed_up", ""), _negated=True),
                                models.Q(("to_change", ""), _negated=True),
                                ("followed_up_at__isnull", False),
                                ("followed_up_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="spoc_check_followed_up_has_who_when_and_what",
                    ),
                ],
            },
        ),
    ]
