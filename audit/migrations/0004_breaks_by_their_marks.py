from django.db import migrations


def with_marks(apps, schema_editor):
    """What a look found before breaks had marks: in words alone, and answered for by nobody."""
    for seen in apps.get_model("audit", "Verification").objects.exclude(breaks=[]).iterator():
        seen.breaks = [{"words": words, "mark": ""} for words in seen.breaks]
        seen.unanswered = len(seen.breaks)
        seen.save(update_fields=["breaks", "unanswered"])


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_breaks_answered_for"),
    ]

    operations = [
        migrations.RunPython(with_marks, migrations.RunPython.noop),
    ]
