"""What a role lets somebody do follows from its work: no group of it, and no permissions of its provider."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0011_roles_held_become_holdings"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="provider",
            options={"default_permissions": ()},
        ),
        migrations.RemoveField(
            model_name="role",
            name="group",
        ),
    ]
