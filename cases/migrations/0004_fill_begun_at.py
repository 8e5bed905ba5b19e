from django.db import migrations, models


def fill(apps, schema_editor):
    """A case has begun when it was opened, as long as nobody reopened it."""
    apps.get_model("cases", "Case").objects.filter(begun_at__isnull=True).update(begun_at=models.F("opened_at"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_hazard_hurt_and_settled_threshold")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
