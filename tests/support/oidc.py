"""A small directory that speaks OpenID Connect on loopback: it lets in whoever `claims` describe, and checks PKCE."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT, SECRET = "desk", "between-the-two-of-us-and-nobody-else"


class Directory(ThreadingHTTPServer):
    """The server, and what it knows of who logs in."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.claims: dict[str, Any] = {}
        self.challenge = ""
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Directory

    def do_GET(self) -> None:
        """Describe oneself, let somebody in, or tell who they are."""
        path, asked = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path == "/.well-known/openid-configuration":
            names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            found = {f"{name}_endpoint": f"{self.server.url}/{at}" for name, at in names.items()}
            self._say(found | {"issuer": self.server.url, "jwks_uri": f"{self.server.url}/jwks"})
        elif path == "/authorize":
            self.server.challenge = asked["code_challenge"][0]
            answer = urlencode({"code": "once", "state": asked["state"][0]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri'][0]}?{answer}")
            self.end_headers()
        else:
            self._say(self.server.claims)

    def do_POST(self) -> None:
        """Give tokens for a code, to who holds the verifier of its challenge."""
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        digest = hashlib.sha256(sent["code_verifier"][0].encode()).digest()
        proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.server.challenge
        if not proven or sent["code"] != ["once"]:
            self._say({"error": "invalid_grant"}, status=400)
            return
        about = {"iss": self.server.url, "aud": CLIENT, "iat": int(time.time()), "exp": int(time.time()) + 60}
        token = jwt.encode(self.server.claims | about, SECRET, algorithm="HS256")
        self._say({"access_token": "key", "token_type": "Bearer", "id_token": token})

    def _say(self, what: dict[str, Any], *, status: int = 200) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Keep the tests' output quiet."""


@contextmanager
def directory() -> Iterator[Directory]:
    """Run the directory for a while."""
    server = Directory()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)
