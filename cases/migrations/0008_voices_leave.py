"""Voices and consultations move to the room of decisions: their tables keep their rows and get other names."""

import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_what_several_agree_to")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="voice", name="voice_kept"),
        pgtrigger.migrations.RemoveTrigger(model_name="voice", name="voice_never_emptied"),
        pgtrigger.migrations.RemoveTrigger(model_name="consultation", name="consultation_kept"),
        pgtrigger.migrations.RemoveTrigger(model_name="consultation", name="consultation_never_emptied"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE cases_voice RENAME TO decisions_voice",
                    "ALTER TABLE decisions_voice RENAME TO cases_voice",
                ),
                migrations.RunSQL(
                    "ALTER TABLE cases_consultation RENAME TO decisions_consultation",
                    "ALTER TABLE decisions_consultation RENAME TO cases_consultation",
                ),
            ],
            state_operations=[
                migrations.DeleteModel(name="Voice"),
                migrations.DeleteModel(name="Consultation"),
            ],
        ),
    ]
