"""The WSGI door: gunicorn loads `config.wsgi:application`."""

import os
from contextlib import suppress

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config import metrics_folder

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# A full disk shows in /readyz; it is no reason not to start.
with suppress(OSError):
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(metrics_folder.prepare(settings.DATA)))

application = get_wsgi_application()
