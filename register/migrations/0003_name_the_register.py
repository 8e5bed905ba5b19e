"""Every entry so far stands in a register of the policy that held on its day: it keeps that version and that name."""

from django.db import migrations

import policies.grammar
import policies.loader


def fill(apps, schema_editor):
    entries = apps.get_model("register", "Entry").objects
    versions = apps.get_model("people", "PolicyVersion").objects
    names = {}
    for entry in entries.filter(policy_version__isnull=True).order_by("pk").iterator():
        held = versions.filter(provider=entry.provider_id, effective_on__lte=entry.entered_on)
        version = held.order_by("-effective_on", "-pk").first()
        if version is None:
            version = versions.filter(provider=entry.provider_id).earliest("effective_on", "pk")
        if version.pk not in names:
            policy = policies.loader.read(version.text, local=version.local_text, written_in=policies.grammar.FIRST)
            names[version.pk] = {register.key: register.name for register in policy.registers}
        entry.policy_version = version
        entry.register_name = names[version.pk].get(entry.register_key, entry.register_key)
        entry.save(update_fields=["policy_version", "register_name"])


class Migration(migrations.Migration):
    dependencies = [("register", "0002_which_register_whom_to_ring_how_long")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
