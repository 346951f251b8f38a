"""What a web process has read before it takes a request."""

from __future__ import annotations

import subprocess
import sys


def test_it_has_read_every_view_before_the_first_request():
    program = "import sys, requests_desk.wsgi; assert 'requests_desk.desk.views.ticket' in sys.modules"

    subprocess.run([sys.executable, "-c", program], check=True)
