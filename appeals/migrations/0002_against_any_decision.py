"""An appeal is against a restriction, a warning, or any other decision of its case."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("appeals", "0001_initial"),
        ("audit", "0001_initial"),
        ("cases", "0002_questions_and_settled_restrictions"),
        ("restrictions", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="appeal",
            name="case",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="appeals", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="warning",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="appeals", to="cases.warning"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="decision",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="appeals", to="audit.decision"
            ),
        ),
        migrations.AlterField(
            model_name="appeal",
            name="restriction",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appeals",
                to="restrictions.restriction",
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="grounds",
            field=models.TextField(blank=True, help_text="On what they rely, where the policy limits the grounds."),
        ),
        migrations.AddField(
            model_name="appeal",
            name="what_rests",
            field=models.CharField(
                blank=True,
                choices=[("stays", "It stays"), ("ends", "It ends too")],
                help_text="What became of what rested on the warning.",
                max_length=5,
            ),
        ),
        migrations.AddField(model_name="appeal", name="what_rests_reason", field=models.TextField(blank=True)),
        migrations.AddField(
            model_name="appeal",
            name="corrected_by",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="made_on_appeal",
                to="cases.warning",
            ),
        ),
    ]
