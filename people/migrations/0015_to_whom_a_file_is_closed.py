"""To whom a resident's file is closed, and to whom it is opened: object permissions with a reason and an end."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("people", "0014_guards_stand_with_the_trail"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="resident",
            options={
                "permissions": [
                    ("kept_out_of_file", "Whoever holds it is kept out of the file"),
                    ("file_kept_to", "Whoever holds it reads the file, which is kept to named people"),
                    ("file_opened_to", "Whoever holds it has the file opened to them"),
                    ("file_opened_urgently", "Whoever holds it opened the file urgently"),
                ]
            },
        ),
        migrations.CreateModel(
            name="FileAccess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("conflict", "A conflict of interest"),
                            ("neighbour", "A member of staff is a neighbour or a relative"),
                            ("named_online", "Staff were named or threatened online"),
                            ("helps", "They help with this case"),
                            ("urgent", "Somebody may come to harm"),
                            ("other", "Something else"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.TextField()),
                ("set_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "content_object",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="file_access", to="people.resident"
                    ),
                ),
                ("permission", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.permission")),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name_plural": "file access",
                "abstract": False,
                "indexes": [models.Index(fields=["content_object", "permission"], name="file_access_by_resident")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("set_at"))), name="file_access_ends_after_it_begins"
                    )
                ],
                "unique_together": {("user", "permission", "content_object")},
            },
        ),
    ]
