"""Who was affected by an incident stands in the trail too, where rooms below the casework read it."""

from django.db import migrations


def tell(apps, schema_editor):
    """For each case of an incident, or once where it has none, the colleagues whom it affected."""
    affected, event = apps.get_model("cases", "Affected"), apps.get_model("audit", "Event")
    hit = {}
    rows = affected.objects.filter(part="affected", user__isnull=False).select_related("incident")
    for row in rows.select_related("incident__provider", "incident__reported_by", "user").order_by("pk").iterator():
        hit.setdefault(row.incident_id, (row.incident, []))[1].append(row.user.reference)
    for incident, people in hit.values():
        for case in list(incident.cases.select_related("resident").order_by("pk")) or [None]:
            event.objects.create(
                at=incident.reported_at, verb="incident.affected", by_ref=incident.reported_by.reference,
                by_name=incident.reported_by.name, subject_kind="incident", subject_ref=incident.reference,
                provider_ref=incident.provider.slug, resident_ref=case.resident.reference if case else "",
                case_ref=case.reference if case else "", facts={"people": sorted(set(people))},
            )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_voices_leave"),
        ("audit", "0001_initial"),
        ("people", "0004_adopted_policies_never_change"),
    ]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
