"""A deadline is also theirs whom an administrator appointed to decide what it waits for, whatever roles they hold."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deadlines", "0004_pages_stand_with_their_kinds")]

    operations = [
        migrations.AddField("deadline", "also_for", ArrayField(models.BigIntegerField(), default=list)),
    ]
