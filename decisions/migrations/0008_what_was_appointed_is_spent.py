"""An appointment is for one time: it counts no more once what it was for was carried out."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0007_words_may_be_blanked"),
        ("people", "0005_the_grammar_a_policy_was_written_in"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="appointment",
            name="appointment_kept",
        ),
        migrations.RemoveConstraint(
            model_name="appointment",
            name="appointment_once",
        ),
        migrations.AddField(
            model_name="appointment",
            name="spent_at",
            field=models.DateTimeField(
                help_text="When the act was carried out, so that this counts no more.", null=True
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appointment",
            trigger=pgtrigger.compiler.Trigger(
                name="appointment_kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF TG_OP = 'UPDATE' AND NEW.id IS NOT DISTINCT FROM OLD.id AND NEW.about IS NOT DISTINCT FROM OLD.about AND NEW.act IS NOT DISTINCT FROM OLD.act AND NEW.person_id IS NOT DISTINCT FROM OLD.person_id AND NEW.role IS NOT DISTINCT FROM OLD.role AND NEW.appointed_by_id IS NOT DISTINCT FROM OLD.appointed_by_id AND NEW.appointed_at IS NOT DISTINCT FROM OLD.appointed_at AND (NEW.reason = 'The words were erased.' OR OLD.reason = NEW.reason AND OLD.spent_at IS NULL AND NEW.spent_at IS NOT NULL) THEN\n                RETURN NEW;\n            END IF;\n            RAISE EXCEPTION 'what was said before a decision is kept: its words may only be blanked';\n        ",
                    hash="86a41a3129d556fe78ffde9cea6d5ff7cfdc80d7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_appointment_kept_f2d63",
                    table="decisions_appointment",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("spent_at__isnull", True)),
                fields=("about", "act", "person", "role"),
                name="appointment_once",
            ),
        ),
    ]
