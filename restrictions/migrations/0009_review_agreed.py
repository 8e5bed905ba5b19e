from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("restrictions", "0008_path_out_of_the_stages")]

    operations = [
        migrations.AddField(
            model_name="restriction",
            name="review_agreed",
            field=models.TextField(
                blank=True, default="", help_text="With whom the time set for the case was agreed, and how."
            ),
            preserve_default=False,
        ),
    ]
