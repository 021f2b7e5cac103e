"""How many reviews were decided under a version is counted from an index, built without locking the table."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("review", "0005_places_name_the_version_to_judge_by")]
    operations = [
        AddIndexConcurrently(
            model_name="review",
            index=models.Index(
                condition=models.Q(("state", "decided")),
                fields=["guideline_version"],
                name="review_decided_by_version",
            ),
        ),
    ]
