"""The foreign key to the case goes: cases stand above."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("decisions", "0003_fill_whose_decision")]

    operations = [migrations.RemoveField(model, "case") for model in ("voice", "consultation")]
