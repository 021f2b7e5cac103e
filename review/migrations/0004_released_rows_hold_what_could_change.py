"""A released row keeps what could change later in columns of its own. No release was ever built with the earlier shape."""

import django.db.models.deletion
from django.db import migrations, models


def reference(to, **changed):
    """A plain number that names a row of another table: no lock on the parent, no index."""
    values = {
        "to": to,
        "on_delete": django.db.models.deletion.DO_NOTHING,
        "db_constraint": False,
        "db_index": False,
        "related_name": "+",
    }
    return models.ForeignKey(**{**values, **changed})


class Migration(migrations.Migration):
    dependencies = [
        ("annotate", "0003_published_text_is_frozen"),
        ("review", "0003_coefficient_names_are_longer"),
    ]

    operations = [
        migrations.DeleteModel(name="ReleaseItem"),
        migrations.CreateModel(
            name="ReleaseItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("split", models.CharField(db_default="train", default="train", max_length=10)),
                ("position", models.BigIntegerField()),
                ("quality_rating", models.DecimalField(decimal_places=2, max_digits=3, null=True)),
                ("scores", models.JSONField(db_default={}, default=dict)),
                ("reviews", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("origin", models.CharField(db_default="human", default="human", max_length=20)),
                ("context", models.TextField(blank=True, db_default="", default="")),
                ("metadata", models.JSONField(db_default={}, default=dict)),
                ("lineage", models.JSONField(db_default={}, default=dict)),
                ("created", models.DateTimeField()),
                ("approved", models.DateTimeField()),
                (
                    "release",
                    reference(
                        "review.release",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                    ),
                ),
                ("revision", reference("annotate.revision")),
                ("demonstration", reference("annotate.demonstration")),
                ("source", reference("annotate.source", null=True)),
                ("rubric_version", reference("annotate.guidelineversion")),
            ],
        ),
        migrations.AddIndex(
            model_name="releaseitem",
            index=models.Index(fields=["revision"], name="item_by_revision"),
        ),
        migrations.AddConstraint(
            model_name="releaseitem",
            constraint=models.UniqueConstraint(
                fields=("release", "split", "position"), name="item_position_once"
            ),
        ),
    ]
