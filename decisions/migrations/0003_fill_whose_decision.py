"""Fill the provider, the resident and the reference of the case from the case."""

from django.db import migrations

FILL = """
    UPDATE decisions_{table} AS said
       SET provider_id = found.provider_id, resident_id = found.resident_id, case_ref = found.reference
      FROM cases_case AS found WHERE found.id = said.case_id
"""


class Migration(migrations.Migration):
    dependencies = [("decisions", "0002_whose_decision")]

    operations = [
        migrations.RunSQL(FILL.format(table=table), migrations.RunSQL.noop) for table in ("voice", "consultation")
    ]
