"""How the parts are wired together: settings, root URLs, Celery, the embedded services."""
