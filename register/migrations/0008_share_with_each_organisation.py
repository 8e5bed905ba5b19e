"""What was shared with every contractor is shared with each that has people, so that nobody at a door is shown less than
before. Each of these shares is on the trail as carried over, has no decider, and stands until somebody recalls it."""

from django.db import migrations
from django.utils import timezone

WHY = "Shared with every contractor before shares were kept by organisation."


def share(apps, schema_editor):
    entries = apps.get_model("register", "Entry").objects
    shares = apps.get_model("register", "Share").objects
    organisations = apps.get_model("people", "Organisation").objects
    events = apps.get_model("audit", "Event").objects
    now = timezone.now()  # noqa: TID251 (the day on which it runs)
    today = timezone.localdate(now)  # noqa: TID251
    shown = entries.filter(shared_with_contractors=True, removed_on__isnull=True).exclude(ends_on__lt=today)
    for entry in shown.select_related("provider", "resident").order_by("pk").iterator():
        with_people = organisations.filter(provider=entry.provider_id, people__is_active=True).distinct()
        for organisation in with_people.order_by("pk"):
            made = shares.create(
                entry=entry, organisation=organisation, reasons=WHY, from_on=entry.entered_on, decided_at=now
            )
            events.create(
                at=now,
                verb="register.share_carried_over",
                subject_kind="entry",
                subject_ref=entry.reference,
                provider_ref=entry.provider.slug,
                resident_ref=entry.resident.reference if entry.resident else "",
                case_ref=entry.case_ref,
                facts={"share": made.pk, "organisation": organisation.name},
            )


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("people", "0005_the_grammar_a_policy_was_written_in"),
        ("register", "0007_shares_and_handles"),
    ]

    operations = [migrations.RunPython(share, migrations.RunPython.noop)]
