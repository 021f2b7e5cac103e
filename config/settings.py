"""Django's settings, all of them: one module over `config.environment`, which reads and judges the variables."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from config import embedded, environment
from config.logs import logging_for

BASE_DIR = Path(__file__).resolve().parent.parent
HERE = environment.read(os.environ, checkout=BASE_DIR)

PRODUCTION = HERE.production
DEBUG = HERE.debug
DATA = HERE.data
SECRET_KEY = HERE.secret_key or environment.kept_secret_key(DATA)
ALLOWED_HOSTS = list(HERE.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(HERE.trusted_origins)
DEMO_ACCOUNTS_ALLOWED = not PRODUCTION

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "lucide",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "workspace",
    "annotate",
    "review",
]

MIDDLEWARE = [
    "workspace.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "workspace.measuring.measured",
    "csp.middleware.CSPMiddleware",
    "workspace.middleware.plain_addresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "workspace.middleware.personal_locale",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "workspace.middleware.spoken_refusals",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workspace.views.layout.layout",
            ],
            "builtins": ["lucide.templatetags.lucide", "workspace.templatetags.scriptorium"],
        },
    }
]

# --- Services. The embedded ones start only for the part that no variable names. -------------------------------
# Commands that only look at the code (making the asset folder in a container) need no server at all.
NEEDS_SERVICES = not {"collectstatic", "compilemessages", "makemessages", "spectacular"} & set(sys.argv[1:2])
_services = None
if NEEDS_SERVICES and (HERE.embedded_database or HERE.embedded_broker):
    _services = embedded.ensure(DATA, postgres=HERE.embedded_database, valkey=HERE.embedded_broker)

if HERE.database_url:
    DATABASES = {"default": environ.Env.db_url_config(HERE.database_url)}
    DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
elif _services is not None:
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", **_services.django_database()}}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "scriptorium"}}
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
# Parameters bound by the server, so that a statement is planned once per connection and not at every request. A pool
# in front of PostgreSQL that hands out connections per transaction needs PREPARE_STATEMENTS=0.
DATABASES["default"].setdefault("OPTIONS", {}).update(
    server_side_binding=True, prepare_threshold=5 if HERE.prepare_statements else None
)
# A server that swallows packets must not hold a request, least of all `/readyz`, for minutes.
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 10)

if HERE.redis_url:
    # The cache has a database of its own beside the broker's: emptying it must not empty the queue.
    BROKER_URL, CACHE_URL = (
        environment.broker_address(HERE.redis_url),
        environment.cache_beside(HERE.redis_url),
    )
elif _services is not None:
    CACHE_URL, BROKER_URL = _services.cache_url, _services.broker_url
else:
    CACHE_URL = BROKER_URL = "redis://127.0.0.1:6379/0"

CACHES = {
    "default": {
        "BACKEND": "config.cache.KeptRedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "scriptorium",
    }
}

# Seconds: a running job whose heart has not beaten for so long is taken to be dead, and taken up again.
JOB_HEARTBEAT_LIMIT = float(os.environ.get("JOB_HEARTBEAT_LIMIT", 60))

CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_TIME_LIMIT = 6 * 3600
CELERY_TASK_SOFT_TIME_LIMIT = 6 * 3600 - 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 12 * 3600, "socket_connect_timeout": 3}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_IMPORTS = ("workspace.jobs", "annotate.jobs", "review.jobs")
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "take-up-abandoned-jobs": {
        "task": "workspace.jobs.take_up_abandoned",
        "schedule": JOB_HEARTBEAT_LIMIT / 3,
    },
    "sweep-expired-leases": {"task": "annotate.jobs.sweep_expired_leases", "schedule": 60.0},
    "sweep-expired-reviews": {"task": "review.jobs.sweep_expired_reviews", "schedule": 60.0},
    "forget-old-idempotency-keys": {"task": "workspace.jobs.forget_old_keys", "schedule": 3600.0},
}

# --- People and sessions ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "workspace.User"
AUTHENTICATION_BACKENDS = ["workspace.accounts.LoggedIn"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "workspace.accounts.InvitationOnly"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
# Read from the cache, written through to the database: a request costs no statement, a lost cache no log-in.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not HERE.insecure_cookies
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- Security ---------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = True
    # Probes come from inside, without TLS; they show nothing that a stranger may not see.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    if HERE.behind_tls_proxy:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Pages, files, language --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static", ("vendor", BASE_DIR / "build" / "assets")]
if not (BASE_DIR / "build" / "assets").is_dir():
    STATICFILES_DIRS.pop()
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA / "files"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "config.static_files.UsedAppFiles",
]
WHITENOISE_MAX_AGE = 60 if DEBUG else 3600
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if HERE.email_url:
    vars().update(environ.Env.email_url_config(HERE.email_url))
MAIL_CONFIGURED = bool(HERE.email_url)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = HERE.from_email

# --- API ----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "workspace.api.authentication.BearerToken",
        "workspace.api.authentication.BrowserSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["workspace.api.rendering.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["workspace.api.rendering.OrjsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "workspace.api.problems.problem",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Scriptorium",
    "DESCRIPTION": "Queues, drafting, review, agreement and releases of demonstrations.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "AUTHENTICATION_WHITELIST": [],
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": "A token of your Account page."},
            "browser": {
                "type": "apiKey",
                "in": "cookie",
                "name": "sessionid",
                "description": "The pages' log-in.",
            },
        }
    },
    # Choices stay with their fields: names for them would collide ("state", "kind", "format").
    "POSTPROCESSING_HOOKS": ["workspace.api.schema.ask_everybody_to_log_in"],
    "DISABLE_ERRORS_AND_WARNINGS": False,
}

# What import jobs accept; `annotate.sources.limits` explains each. An operator may raise them.
IMPORT_MAX_BYTES = int(os.environ.get("IMPORT_MAX_BYTES", 4 * 1024**3))
UNDO_SECONDS = 10

LOGGING = logging_for(json=HERE.json_logs, level=HERE.log_level)
LOGGING_CONFIG = "config.logs.configure"

# The test client speaks plain files: no manifest is made before a test run.
if "pytest" in sys.modules:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
