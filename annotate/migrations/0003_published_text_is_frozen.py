"""A published guideline version and a submitted revision never change and are never deleted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION annotate_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is frozen: rows of % never change', TG_ARGV[0], TG_TABLE_NAME;
END $$;
CREATE TRIGGER published_version_is_frozen BEFORE UPDATE OR DELETE ON annotate_guidelineversion
    FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION annotate_frozen('a published guideline version');
CREATE TRIGGER revision_is_frozen BEFORE UPDATE OR DELETE ON annotate_revision
    FOR EACH ROW EXECUTE FUNCTION annotate_frozen('a revision');
"""
BACKWARD = """
DROP TRIGGER revision_is_frozen ON annotate_revision;
DROP TRIGGER published_version_is_frozen ON annotate_guidelineversion;
DROP FUNCTION annotate_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("annotate", "0002_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
