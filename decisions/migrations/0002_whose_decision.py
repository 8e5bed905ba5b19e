"""A voice and a consultation name the provider, the resident and the case by reference, for what has no case."""

import django.db.models.deletion
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT


def _fields(model: str, called: str) -> list[migrations.AddField]:
    provider = models.ForeignKey(null=True, on_delete=PROTECT, related_name=called, to="people.provider")
    resident = models.ForeignKey(null=True, on_delete=PROTECT, related_name=called, to="people.resident")
    return [
        migrations.AddField(model, "provider", provider),
        migrations.AddField(model, "resident", resident),
        migrations.AddField(
            model, "case_ref", models.CharField(blank=True, default="", max_length=30), preserve_default=False
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_moved_from_cases"), ("people", "0001_initial")]

    operations = [*_fields("voice", "voices"), *_fields("consultation", "consultations")]
