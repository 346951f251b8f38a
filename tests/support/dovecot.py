"""A real IMAP server on loopback: Debian's dovecot from a generated config, its maildirs in a scratch directory."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.smtp import free_port

DOVECOT = Path("/usr/sbin/dovecot")
PASSWORD = "only-for-tests"
CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{home}/mail/%n
mail_max_userip_connections = 100
first_valid_uid = {uid}
first_valid_gid = {gid}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
imap_idle_notify_interval = 30 secs
mailbox_list_index = no
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%n
}}
"""


@dataclass
class Dovecot:
    """A running server; any user name is a mailbox, PASSWORD opens all of them."""

    home: Path
    port: int
    tls_port: int
    process: subprocess.Popen[bytes]

    @property
    def certificate(self) -> Path:
        return self.home / "cert.pem"

    def put(self, user: str, raw: bytes, *, folder: str = "", at: float | None = None) -> Path:
        """Deliver a mail into a maildir as any MTA would: written aside, then moved into `new`."""
        box = self.box(user, folder)
        name = f"{time.time_ns()}.{os.getpid()}.test"
        (box / "tmp" / name).write_bytes(raw)
        if at is not None:
            os.utime(box / "tmp" / name, (at, at))
        self._give(box / "tmp" / name)
        return (box / "tmp" / name).rename(box / "new" / name)

    def box(self, user: str, folder: str = "") -> Path:
        """Return a maildir, made where it is missing."""
        box = self.home / "mail" / user / (f".{folder}" if folder else "")
        for part in ("tmp", "new", "cur"):
            (box / part).mkdir(parents=True, exist_ok=True)
        for path in (box, *box.iterdir(), self.home / "mail" / user):
            self._give(path)
        return box

    def messages(self, user: str, folder: str = "") -> list[Path]:
        """Return the messages of a folder with their flags behind the colon."""
        box = self.box(user, folder)
        return sorted([*(box / "new").iterdir(), *(box / "cur").iterdir()])

    def renumber(self, user: str) -> None:
        """Give the folder another UIDVALIDITY, as a restored backup would."""
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
            (self.box(user) / name).unlink(missing_ok=True)

    def drop_everybody(self) -> None:
        """Cut every line: the processes that serve them end without a word."""
        subprocess.run(["doveadm", "-c", self.home / "dovecot.conf", "kick", "*"], check=False, capture_output=True)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, _user(), _group())


def _user() -> str:
    return "nobody" if os.geteuid() == 0 else getpass.getuser()


def _group() -> str:
    import grp

    return "nogroup" if os.geteuid() == 0 else grp.getgrgid(os.getegid()).gr_name


@contextmanager
def running() -> Iterator[Dovecot]:
    """Start a server and end it; skips, and says so, where dovecot is not installed."""
    if not DOVECOT.exists():
        pytest.skip("dovecot is not installed: apt-get install dovecot-imapd")
    home = Path(tempfile.mkdtemp(prefix="dovecot-"))
    home.chmod(0o755)
    server = _start(home)
    try:
        yield server
    finally:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)
        shutil.rmtree(home, ignore_errors=True)


def _start(home: Path) -> Dovecot:
    import grp
    import pwd

    port, tls_port = free_port(), free_port()
    uid, gid = pwd.getpwnam(_user()).pw_uid, grp.getgrnam(_group()).gr_gid
    _certify(home)
    (home / "mail").mkdir()
    words = {"home": home, "port": port, "tls_port": tls_port, "uid": uid, "gid": gid, "password": PASSWORD}
    (home / "dovecot.conf").write_text(CONFIG.format(**words, user=_user(), group=_group()))
    if os.geteuid() == 0:
        shutil.chown(home / "mail", uid, gid)
    process = subprocess.Popen([DOVECOT, "-F", "-c", home / "dovecot.conf"], stderr=subprocess.DEVNULL)
    server = Dovecot(home, port, tls_port, process)
    end = time.monotonic() + 20
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > end:
            log = home / "dovecot.log"
            pytest.fail(f"dovecot did not start: {log.read_text() if log.exists() else 'no log'}")
        time.sleep(0.05)
    return server


def _certify(home: Path) -> None:
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", home / "key.pem", "-out", home / "cert.pem"]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            return line.recv(10).startswith(b"* OK")
    except OSError:
        return False
