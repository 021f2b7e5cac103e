"""A version keeps which categories' approved work its material change sends to another review."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotate", "0003_published_text_is_frozen")]
    operations = [
        migrations.AddField(
            model_name="guidelineversion",
            name="material_categories",
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
