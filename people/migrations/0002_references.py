"""One sequence a kind of reference: never the same number twice, whoever asks at the same time."""

from django.db import migrations

KINDS = ("user", "resident", "incident", "case", "restriction", "appeal", "letter", "entry", "review")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunSQL(f"CREATE SEQUENCE reference_{kind}", f"DROP SEQUENCE reference_{kind}") for kind in KINDS
    ]
