"""An adopted policy is never changed, deleted or emptied away: a correction is another version."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_words_of_letters"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="policyversion",
            trigger=pgtrigger.compiler.Trigger(
                name="policy_version_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e6d3ebf3d52efbd9a2b619d5c3246144031667c7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_policy_version_append_only_a90c2",
                    table="people_policyversion",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="policyversion",
            trigger=pgtrigger.compiler.Trigger(
                name="policy_version_never_emptied",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n            IF current_setting('evenhand.may_empty', true) = 'on' THEN\n                RETURN NULL;\n            END IF;\n            RAISE EXCEPTION 'what is only ever added to is never emptied';\n        ",
                    hash="5194148389f3e0fff51d5e303963917e890e8fcf",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_policy_version_never_emptied_fd63c",
                    table="people_policyversion",
                    when="BEFORE",
                ),
            ),
        ),
    ]
