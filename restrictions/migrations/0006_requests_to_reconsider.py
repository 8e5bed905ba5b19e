from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("letters", "0001_initial"),
        ("restrictions", "0005_breaches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="request",
            field=models.TextField(blank=True, help_text="What the resident asks for, in their words."),
        ),
        migrations.AddField(
            model_name="review",
            name="requested_how",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="review",
            name="requested_on",
            field=models.DateField(help_text="When the resident's request to reconsider was received.", null=True),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("request", ""), ("requested_how", ""), ("requested_on__isnull", True)),
                    models.Q(
                        ("requested_on__isnull", False),
                        models.Q(("request", ""), _negated=True),
                        models.Q(("requested_how", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="review_requested_has_when_how_and_what",
            ),
        ),
    ]
