"""The audit trail only grows. A reference to a person may be emptied, by erasure; nothing else ever changes."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION workspace_audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        -- Test databases are emptied between tests; no other ever is.
        IF current_database() LIKE 'test\\_%' THEN RETURN NULL; END IF;
        RAISE EXCEPTION 'the audit trail is append-only';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL
       AND (to_jsonb(NEW) - 'actor_id') = (to_jsonb(OLD) - 'actor_id') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE ON workspace_auditevent
    FOR EACH ROW EXECUTE FUNCTION workspace_audit_only_grows();
CREATE TRIGGER audit_never_truncated BEFORE TRUNCATE ON workspace_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION workspace_audit_only_grows();
"""
BACKWARD = """
DROP TRIGGER audit_never_truncated ON workspace_auditevent;
DROP TRIGGER audit_only_grows ON workspace_auditevent;
DROP FUNCTION workspace_audit_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [("workspace", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
