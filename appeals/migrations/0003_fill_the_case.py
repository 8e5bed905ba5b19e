"""Every appeal so far was against a restriction: it belongs to the case of that restriction."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    appeals = apps.get_model("appeals", "Appeal").objects
    restrictions = apps.get_model("restrictions", "Restriction").objects
    of_restriction = restrictions.filter(pk=OuterRef("restriction")).values("case")[:1]
    appeals.filter(case__isnull=True).update(case=Subquery(of_restriction))


class Migration(migrations.Migration):
    dependencies = [("appeals", "0002_against_any_decision")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
