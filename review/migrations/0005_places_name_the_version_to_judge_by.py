"""After a material change, a place and a dispute name the guideline version that is judged by."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotate", "0004_a_material_change_names_its_categories"),
        ("review", "0004_released_rows_hold_what_could_change"),
    ]
    operations = [
        migrations.AddField(
            model_name=model,
            name="guideline_version",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotate.guidelineversion",
            ),
        )
        for model in ("reviewplace", "adjudication")
    ]
