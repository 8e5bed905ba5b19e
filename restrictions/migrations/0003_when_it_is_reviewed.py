import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_questions_and_settled_restrictions"),
        ("letters", "0001_initial"),
        ("restrictions", "0002_suspended_restrictions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="restriction",
            name="no_review_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="restriction",
            name="no_review_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="restriction",
            name="no_review_reason",
            field=models.TextField(blank=True, help_text="Why there is no review before its last day."),
        ),
        migrations.AddField(
            model_name="restriction",
            name="review_months",
            field=models.PositiveSmallIntegerField(
                help_text="After how many months it is reviewed, where that is set for this case.", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("no_review_at__isnull", True), ("no_review_by__isnull", True)),
                    models.Q(
                        ("no_review_at__isnull", False),
                        ("no_review_by__isnull", False),
                        models.Q(("no_review_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="restriction_without_review_has_who_when_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(("no_review_reason", ""), ("review_months__isnull", True), _connector="OR"),
                name="restriction_reviewed_at_a_time_or_not",
            ),
        ),
    ]
