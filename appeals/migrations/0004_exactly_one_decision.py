"""Every appeal has its case, is against exactly one decision, and one at a time is open against each."""

import django.db.models.deletion
from django.db import migrations, models

OPEN = models.Q(("state__in", ["received", "acknowledged"]))


class Migration(migrations.Migration):
    dependencies = [("appeals", "0003_fill_the_case")]

    operations = [
        migrations.AlterField(
            model_name="appeal",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="appeals", to="cases.case"
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(condition=OPEN, fields=("warning",), name="appeal_one_open_a_warning"),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=OPEN, fields=("decision",), name="appeal_one_open_another_decision"
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision__isnull", True), ("restriction__isnull", False), ("warning__isnull", True)),
                    models.Q(("decision__isnull", True), ("restriction__isnull", True), ("warning__isnull", False)),
                    models.Q(("decision__isnull", False), ("restriction__isnull", True), ("warning__isnull", True)),
                    _connector="OR",
                ),
                name="appeal_is_against_one_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("what_rests", ""), ("what_rests_reason", "")),
                    models.Q(
                        models.Q(("what_rests", ""), _negated=True),
                        models.Q(("what_rests_reason", ""), _negated=True),
                        ("state", "upheld"),
                    ),
                    _connector="OR",
                ),
                name="appeal_says_why_what_rests_stays_or_ends",
            ),
        ),
    ]
