"""The web's entry point."""

from __future__ import annotations

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "requests_desk.settings")

application = get_wsgi_application()
# Before the server forks: left to the first request, each new process kept somebody waiting for more than a second.
import_module(settings.ROOT_URLCONF)
