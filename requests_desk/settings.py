"""Settings, read from the environment alone: `docs/configuration.md` lists every name.

A secret NAME may also be given as NAME_FILE, the path of a file that holds it.
Without DATABASE_URL and REDIS_URL the desk that `make run` keeps under DESK_DATA is meant.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from requests_desk import steady
from requests_desk.environment import env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- where the desk keeps its things ---------------------------------------------------------------------------
DESK_DATA = Path(env.str("DESK_DATA", default=str(BASE_DIR / "data"))).resolve()


def _kept(name: str) -> str:
    """Return the text of a small file that `make run` keeps in DESK_DATA, or nothing."""
    path = DESK_DATA / name
    return path.read_text().strip() if path.is_file() else ""


# What the supervisor knew when it started: a later `manage.py` finds the same desk by DESK_DATA alone.
_desk: dict[str, str] = json.loads(_kept("desk.json") or "{}")

PORT = env.int("PORT", default=int(_desk.get("port", 8000)))
BIND = env.str("BIND", default=_desk.get("bind", "127.0.0.1"))
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default=_desk.get("public_base_url", f"http://127.0.0.1:{PORT}")).rstrip(
    "/"
)
DESK_DEMO = env.bool("DESK_DEMO", default=_desk.get("demo", "0") == "1")

# --- secrets and hosts -----------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY", default=_kept("secret-key"))
_public = urlsplit(PUBLIC_BASE_URL)
_https = _public.scheme == "https"
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", *([_public.hostname] if _public.hostname else [])]
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
DEBUG = False

# --- stores ----------------------------------------------------------------------------------------------------
_run = DESK_DATA / "run"
_database = env.str("DATABASE_URL", default=_desk.get("database_url", ""))
_embedded = {"ENGINE": "django.db.backends.postgresql", "NAME": "desk", "USER": "postgres", "HOST": str(_run)}
DATABASES = {
    "default": (env.db_url_config(_database) if _database else _embedded)
    | {"CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
_redis = env.str("REDIS_URL", default=_desk.get("redis_url", ""))
_socket = _run / "valkey.sock"
CACHES = {
    "default": {
        "BACKEND": "requests_desk.people.cache.Cache",
        "LOCATION": _redis or f"unix://{_socket}?db=1",
        "KEY_PREFIX": "desk",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(DESK_DATA / "media"))
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
_MB = 1024 * 1024
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_MB", default=20) * _MB
ATTACHMENT_MAX_COUNT = env.int("ATTACHMENT_MAX_COUNT", default=10)
ATTACHMENT_MAX_UNPACKED_BYTES = env.int("ATTACHMENT_MAX_UNPACKED_MB", default=200) * _MB
ATTACHMENT_MAIL_BYTES = env.int("ATTACHMENT_MAIL_MB", default=15) * _MB
# Other sites whose pages may hold the question form in a frame.
ASK_EMBED_ORIGINS = env.list("ASK_EMBED_ORIGINS", default=[])
CLAMD_URL = env.str("CLAMD_URL", default="")
CLAMD_TIMEOUT = 30
FILE_UPLOAD_HANDLERS = [
    "requests_desk.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# More than may be kept, so that the one too many is named beside the form and not by an error page.
DATA_UPLOAD_MAX_NUMBER_FILES = 2 * ATTACHMENT_MAX_COUNT

# --- applications ----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "requests_desk",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "sla",
    "notifications",
    "requests_desk.people",
    "requests_desk.library",
    "requests_desk.tickets",
    "requests_desk.desk",
    "requests_desk.portal",
    "requests_desk.leadership",
    "requests_desk.api",
    "requests_desk.doors",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # a page of the queue is 60 KB bare, 8 KB packed
    "csp.middleware.CSPMiddleware",
    "requests_desk.people.middleware.ClientAddress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "requests_desk.people.middleware.Language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "requests_desk.people.middleware.SecondFactor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "requests_desk.urls"
WSGI_APPLICATION = "requests_desk.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "requests_desk.people.context.house",
                "requests_desk.people.context.second_factor",
                "requests_desk.tickets.context.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "requests_desk.tickets.templatetags.desk",
            ],
        },
    }
]

# --- people ----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}}]

# --- signing in ------------------------------------------------------------------------------------------------
# The demo's passwords are printed where it was started: a second factor would only be in the way there.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=not DESK_DEMO)
INVITATION_DAYS = env.int("INVITATION_DAYS", default=7)
PASSWORD_RESET_TIMEOUT = 2 * 3600
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "requests_desk.people.accounts.adapters.Account"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
# Here only: every other session ends by itself, since its hash no longer fits.
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
OWN_FORMS = {"login": "Login", "reauthenticate": "Reauthenticate", "reset_password": "ResetPassword"}
OWN_FORMS |= {"change_password": "ChangePassword", "reset_password_from_key": "NewPassword"}
ACCOUNT_FORMS = {what: f"requests_desk.people.accounts.forms.{name}Form" for what, name in OWN_FORMS.items()}
# A whole office stands behind one address: narrow on the name, wide on the address (failures only).
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "50/5m/ip,5/5m/key",
    "reset_password": "20/m/ip,3/5m/key",
}
MFA_ADAPTER = "requests_desk.people.accounts.adapters.SecondFactors"
MFA_FORMS = {f"{do}_webauthn": f"requests_desk.people.accounts.forms.{do.title()}Passkey" for do in ("add", "edit")}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # phones run half a minute off
MFA_RECOVERY_CODES_SHOW_ONCE = False
USERSESSIONS_TRACK_ACTIVITY = False  # a write for each request; when a session began says enough

# Single sign-on at the province's own directory, by OpenID Connect.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env.str("OIDC_NAME", default="SSO")
OIDC_MATCH = env.str("OIDC_MATCH", default="email")
OIDC_SECOND_FACTOR = env.bool("OIDC_SECOND_FACTOR", default=False)
SOCIALACCOUNT_ADAPTER = "requests_desk.people.accounts.adapters.SingleSignOn"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a posted form may not be redirected elsewhere by our content policy
# We ask the directory once who it is: a token kept could only be stolen.
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_QUERY_EMAIL = False
_sso = {
    "provider_id": "sso",
    "name": OIDC_NAME,
    "client_id": OIDC_CLIENT_ID,
    "secret": OIDC_CLIENT_SECRET,
    "settings": {"server_url": OIDC_ISSUER},
}
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": [_sso] if OIDC_ISSUER and OIDC_CLIENT_ID else [], "OAUTH_PKCE_ENABLED": True}
}

# --- words and times -------------------------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["requests_desk.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

# --- static files ----------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "requests_desk.static_files.Storage"},
}

# --- safety ----------------------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
# Not Strict: a link in an alert's mail must find its reader signed in.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = _https
# A load balancer asks from inside, without TLS: a redirect would count as a dead process.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
# Only behind a proxy of ours: from anybody else the header is a stranger's word.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# Our own forms need the referrer for their check, and no other site must learn which request was open.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        # Nothing unless named: what a stored mail or a name may smuggle in finds nothing to load.
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # a text of 200,000 letters must reach its form and get a clear answer

# --- messages out ----------------------------------------------------------------------------------------------
EMAIL_URL = env.str("EMAIL_URL", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="desk@localhost")
EMAIL_TIMEOUT = 20
# Mails about accounts go by Django's own backend: they hold secrets, which the outbox would keep.
_relay = urlsplit(EMAIL_URL)
EMAIL_HOST = _relay.hostname or ""
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_relay.username or ""), unquote(_relay.password or "")
EMAIL_USE_TLS, EMAIL_USE_SSL = _relay.scheme == "smtp+tls", _relay.scheme in {"smtps", "smtp+ssl"}
EMAIL_PORT = _relay.port or (465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25)
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_FROM = env.str("TWILIO_FROM", default="")
TWILIO_API_BASE = env.str("TWILIO_API_BASE", default="")

# --- messages in ------------------------------------------------------------------------------------------------
MAILBOXES = env.str("MAILBOXES", default="")

# --- the timer -------------------------------------------------------------------------------------------------
SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=15)
UNDO_SECONDS = env.int("UNDO_SECONDS", default=10)
OUTBOX_LEASE_SECONDS = env.int("OUTBOX_LEASE_SECONDS", default=120)
DEAD_MAN_URL = env.str("DEAD_MAN_URL", default="")
KEEP_TEXTS_DAYS = env.int("KEEP_TEXTS_DAYS", default=730)
ANONYMISE_NIGHTLY = env.bool("ANONYMISE_NIGHTLY", default=False)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Rows are the truth and Redis only wakes workers: early ack, short tasks, nothing kept in the broker.
CELERY_BROKER_URL = _redis or f"redis+socket://{_socket}?virtual_host=0"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
# Never pickle: who can write to the broker could run anything here.
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = False
# The soft limit lets a task give back its lease; this one is for what does not listen.
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "health_check_interval": 10,
    "socket_connect_timeout": 5,
    "socket_timeout": 30,
    "max_retries": 0,  # with the default, a save took six seconds while the broker was away
}
# A web request that wakes a worker must not wait for a broker that is away: the sweep finds the row anyway.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "sweep"
# What may take long has a process of its own, so that neither the sweep nor any message waits for it.
CELERY_TASK_ROUTES = {
    "tickets.send_mail": {"queue": "mail"},
    "people.*": {"queue": "mail"},
    "tickets.send_sms": {"queue": "sms"},
    "tickets.upkeep": {"queue": "sms"},  # it asks the SMS provider what became of an uncertain one
    "tickets.import_register": {"queue": "chores"},
    "tickets.count_figures": {"queue": "chores"},  # at a million requests it reads for a second
    "tickets.anonymise": {"queue": "chores"},
    "tickets.tidy_files": {"queue": "chores"},  # it may wait for the virus scanner
    "library.*": {"queue": "chores"},  # a file is read within half a minute, or left alone
}
# No task expires: a worker whose clock is ahead would drop every one of them. What piled up while it was away is done
# in moments, since a sweep that finds nothing costs one query.
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "tickets.sweep", "schedule": steady.every(SWEEP_SECONDS)},
    "audit": {"task": "tickets.audit", "schedule": steady.every(60)},
    "upkeep": {"task": "tickets.upkeep", "schedule": steady.every(300)},
    "anonymise": {"task": "tickets.anonymise", "schedule": steady.every(3600)},
    "tidy_files": {"task": "tickets.tidy_files", "schedule": steady.every(600)},
    "count_figures": {"task": "tickets.count_figures", "schedule": steady.every(600)},
    "read_documents": {"task": "library.read_files", "schedule": steady.every(60)},
    "tidy_documents": {"task": "library.tidy_files", "schedule": steady.every(600)},
}

# --- the API ---------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["requests_desk.api.authentication.PersonalToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["requests_desk.api.parsers.StrictJSON"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "requests_desk.api.errors.handle",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Requests Desk API",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        name: f"requests_desk.tickets.words.{name}"
        for name in ("Channel", "Entry", "Kind", "State", "ReplyKind", "ReplyChannel", "CallOutcome", "EventKind")
    }
    | {"OutboxState": "notifications.models.Notification.State", "MilestoneName": "sla.models.MilestoneName"},
}

# --- logs ------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # Addresses and query strings may hold a code or a token: only what broke is logged, never who asked.
        "django.request": {"level": "ERROR"},
        "gunicorn.access": {"level": "ERROR"},
    },
}
