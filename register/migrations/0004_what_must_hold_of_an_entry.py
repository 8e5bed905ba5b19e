"""What must hold of an entry, now that it may stand in one of several registers, or in none, or be over."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("register", "0003_name_the_register")]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="policy_version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.policyversion"
            ),
        ),
        migrations.RemoveConstraint(
            model_name="entry",
            name="entry_of_a_person_or_a_place",
        ),
        migrations.RemoveConstraint(
            model_name="entry",
            name="entry_told_or_reasoned_and_looked_at_again",
        ),
        migrations.RemoveConstraint(
            model_name="entry",
            name="entry_once_a_source",
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("resident__isnull", False),
                    models.Q(("place", ""), _negated=True),
                    ("erased_on__isnull", False),
                    _connector="OR",
                ),
                name="entry_of_a_person_or_a_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("register_key", ""), ("register_name", ""), ("source__startswith", "restriction:")),
                    models.Q(
                        models.Q(("register_key", ""), _negated=True), models.Q(("register_name", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="entry_names_its_register_or_highlights",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("instructions", []), _negated=True),
                    models.Q(("arrangement", []), _negated=True),
                    ("erased_on__isnull", False),
                    _connector="OR",
                ),
                name="entry_says_what_to_do",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cover_from__isnull", True),
                        ("cover_name", ""),
                        ("cover_ring", ""),
                        ("cover_until__isnull", True),
                    ),
                    models.Q(
                        ("cover_from__isnull", False),
                        ("cover_until__gte", models.F("cover_from")),
                        models.Q(("cover_name", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="entry_cover_has_a_name_and_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_on__isnull", True),
                    models.Q(
                        ("arrangement", []),
                        ("case_ref", ""),
                        ("cover_name", ""),
                        ("erased_on__gt", models.F("removed_on")),
                        ("instructions", []),
                        ("not_told_reason", ""),
                        ("place", ""),
                        ("place_postcode", ""),
                        ("removal_reason", "The words of this entry were erased."),
                        ("removed_on__isnull", False),
                        ("resident__isnull", True),
                        ("ring", ""),
                        ("ring_name", ""),
                        ("risks", []),
                        ("search", ""),
                        ("source", ""),
                    ),
                    _connector="OR",
                ),
                name="entry_erased_after_removal_says_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("resident_told", True),
                    ("erased_on__isnull", False),
                    models.Q(models.Q(("not_told_reason", ""), _negated=True), ("look_again_on__isnull", False)),
                    _connector="OR",
                ),
                name="entry_told_or_reasoned_and_looked_at_again",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_on__isnull", True), models.Q(("source", ""), _negated=True)),
                fields=("source", "resident", "register_key"),
                name="entry_once_a_source",
            ),
        ),
    ]
