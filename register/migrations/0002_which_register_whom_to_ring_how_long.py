"""An entry says in which register it stands, whom to ring when, and until when its words are kept."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_adopted_policies_never_change"),
        ("register", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="cover_from",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="entry",
            name="cover_name",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="entry",
            name="cover_ring",
            field=models.CharField(blank=True, max_length=30),
        ),
        migrations.AddField(
            model_name="entry",
            name="cover_until",
            field=models.DateField(help_text="The last day of the cover.", null=True),
        ),
        migrations.AddField(
            model_name="entry",
            name="erased_on",
            field=models.DateField(help_text="When the policy's time to keep its words was over.", null=True),
        ),
        migrations.AddField(
            model_name="entry",
            name="kept_on",
            field=models.DateField(help_text="When it was last looked at and kept.", null=True),
        ),
        migrations.AddField(
            model_name="entry",
            name="words_until",
            field=models.DateField(help_text="After removal: the last day on which its words are kept.", null=True),
        ),
        migrations.AddField(
            model_name="entry",
            name="policy_version",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.policyversion"
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="register_name",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="entry",
            name="ring_name",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name="entry",
            name="register_key",
            field=models.CharField(blank=True, max_length=60),
        ),
    ]
