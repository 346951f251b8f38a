"""The settings under test: the product's own, on scratch stores in a directory of this run alone."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

# Workers of one run inherit the directory from the process that made it.
if "DESK_TEST_DATA" not in os.environ:
    os.environ["DESK_TEST_DATA"] = tempfile.mkdtemp(prefix="desk-")
_data = os.environ["DESK_TEST_DATA"]
# What the developer's own shell says about a desk must not reach the tests; given stores do win.
_theirs = """
    PORT BIND PUBLIC_BASE_URL DESK_DEMO SECRET_KEY_FILE ALLOWED_HOSTS TRUSTED_PROXIES MEDIA_ROOT EMAIL_URL
    DEFAULT_FROM_EMAIL MAILBOXES TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN TWILIO_FROM TWILIO_API_BASE SWEEP_SECONDS
    UNDO_SECONDS OUTBOX_LEASE_SECONDS DEAD_MAN_URL CLAMD_URL ASK_EMBED_ORIGINS REQUIRE_SECOND_FACTOR INVITATION_DAYS
    KEEP_TEXTS_DAYS ANONYMISE_NIGHTLY METRICS_TOKEN ATTACHMENT_MAX_MB ATTACHMENT_MAX_COUNT ATTACHMENT_MAX_UNPACKED_MB
    ATTACHMENT_MAIL_MB OIDC_ISSUER OIDC_CLIENT_ID OIDC_CLIENT_SECRET OIDC_NAME OIDC_MATCH OIDC_SECOND_FACTOR
"""
for _name in _theirs.split():
    os.environ.pop(_name, None)
os.environ["DESK_DATA"] = _data
os.environ["SECRET_KEY"] = "only-for-tests-" + "0123456789abcdef" * 3

from requests_desk.settings import *  # noqa: E402, F403
from requests_desk.settings import CACHES, STORAGES  # noqa: E402

# Each worker has two databases of the one Valkey, so that counters and queues never meet.
if "REDIS_URL" not in os.environ:
    _worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    CACHES["default"]["LOCATION"] = f"unix://{_data}/run/valkey.sock?db={2 * _worker + 1}"
    CELERY_BROKER_URL = f"redis+socket://{_data}/run/valkey.sock?virtual_host={2 * _worker}"

# As in the demo: what requires it has its own tests.
REQUIRE_SECOND_FACTOR = False
# A reply goes at once; what waits to be taken back has its own tests.
UNDO_SECONDS = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# No collected files: pages name static files as they lie in the tree.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = f"{_data}/static"
Path(STATIC_ROOT).mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True  # a file is looked for when it is asked for, not all of them by every test's client
