from __future__ import annotations

import shutil
import ssl
import subprocess
from email.header import Header

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from notifications import outbox
from notifications.channels import email
from notifications.models import Attempt
from tests.notifications.cast import MORNING, a_draft, dispatched, enqueued, later, stored
from tests.support.smtp import RelayServer, free_port

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost and its key, in one file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed here: no certificate can be made")
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    extra = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(path), "-out", str(path)]
    subprocess.run([*command.split(), *extra], check=True, capture_output=True)
    return path


def kinds(results):
    return [(r.kind, r.reason) for r in results]


# --- what a reader gets ----------------------------------------------------------------------------------------


def test_it_hands_a_mail_to_the_relay(relay):
    enqueued(a_draft())

    dispatched("email")

    assert relay.envelopes == [("desk@so.example", ["kinhdoanh@congty.example"])]
    assert stored("reply:1:email").state == "sent"


def test_it_keeps_vietnamese_in_subject_sender_and_text(relay):
    enqueued(a_draft(text="Kính gửi: Quý Công ty\n\nTrân trọng./."))

    dispatched("email")

    mail = relay.taken[0]
    assert mail["Subject"] == "[SCT-2026-000123] Trả lời yêu cầu cung cấp thông tin"
    assert mail["From"] == "Sở Công Thương <desk@so.example>"
    assert mail.get_content() == "Kính gửi: Quý Công ty\r\n\r\nTrân trọng./.\r\n"


@pytest.mark.parametrize(
    "text", ["một dòng  \ndòng hai\t\n", ".\n..\n.ba\n", "x=3D " * 400, "ở" * 900, "\nFrom đầu dòng\n\n", "Å… \u2028 –"]
)
def test_it_keeps_every_line_of_a_text(relay, text):
    enqueued(a_draft(text=text, html=f"<pre>{text}</pre>"))

    dispatched("email")

    body, rich = relay.taken[0].get_body(("plain",)), relay.taken[0].get_body(("html",))
    assert body.get_content().replace("\r\n", "\n") == text
    assert rich.get_content().replace("\r\n", "\n") == f"<pre>{text}</pre>"


def test_it_takes_no_header_apart_that_is_plain(monkeypatch, settings):
    settings.DEFAULT_FROM_EMAIL = "desk@so.example"
    taken_apart = []
    monkeypatch.setattr(Header, "encode", lambda self, **how: taken_apart.append(self))

    content = email.compose(enqueued(a_draft(title="SCT-2026-000123", html="<p>Kính gửi</p>"))).as_bytes()

    assert b"\r\nSubject: SCT-2026-000123\r\n" in content
    assert taken_apart == []


@pytest.mark.parametrize("words", ["cung cấp thông tin " * 12, "x" * 300, "Đôn đốc – còn 02 giờ"])
def test_it_keeps_a_subject_of_any_length(relay, words):
    enqueued(a_draft(title=words.strip()))

    dispatched("email")

    assert relay.taken[0]["Subject"] == words.strip()


def test_it_says_which_message_it_is_and_that_a_machine_sent_it(relay):
    row = enqueued(a_draft("reply:1:email"))

    dispatched("email")

    mail = relay.taken[0]
    assert (mail["X-Desk-Key"], mail["Message-ID"]) == ("reply:1:email", row.message_id)
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "vi")
    assert mail["Date"].datetime == MORNING


def test_it_offers_the_same_words_as_html(relay):
    enqueued(a_draft(html="<p>Kính gửi: Quý Công ty</p>"))

    dispatched("email")

    body = relay.taken[0].get_body(("html",))
    assert relay.taken[0].get_content_type() == "multipart/alternative"
    assert body and "Kính gửi" in body.get_content()


def test_it_threads_under_the_mail_it_answers(relay):
    enqueued(a_draft(headers={"In-Reply-To": "<1@congty.example>", "Reply-To": "hoidap@so.example"}))

    dispatched("email")

    assert relay.taken[0]["In-Reply-To"] == "<1@congty.example>"
    assert relay.taken[0]["Reply-To"] == "hoidap@so.example"


def test_it_lets_no_header_take_the_place_of_its_own(relay):
    enqueued(a_draft(headers={"bcc": "spy@x.example", "Message-ID": "<1@x.example>"}))

    dispatched("email")

    assert relay.taken[0]["Bcc"] is None
    assert relay.taken[0].get_all("Message-ID") == [stored("reply:1:email").message_id]


@pytest.mark.parametrize("line", ["a\nBcc: spy@x.example", "a\r\nBcc: spy@x.example"])
@pytest.mark.parametrize("field", ["title", "header"])
def test_it_refuses_a_line_break_in_a_header(relay, field, line):
    enqueued(a_draft(title=line) if field == "title" else a_draft(headers={"X-Note": line}))

    assert kinds(dispatched("email")) == [("permanent", "bad_header")]

    assert relay.taken == []


@pytest.mark.parametrize(
    "to", ["", "không", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example", "đ@b.example"]
)
def test_it_refuses_what_is_not_one_plain_address(relay, to):
    enqueued(a_draft(destination=to))

    assert kinds(dispatched("email")) == [("permanent", "bad_destination")]


def test_it_writes_to_a_domain_with_marks(relay):
    enqueued(a_draft(destination="lienhe@bücher.example"))

    dispatched("email")

    assert relay.envelopes[0][1] == ["lienhe@xn--bcher-kva.example"]


# --- one connection --------------------------------------------------------------------------------------------


def test_it_sends_a_batch_over_one_connection(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(20)], at=MORNING)

    dispatched("email")

    assert (len(relay.taken), relay.connections) == (20, 1)


def test_it_connects_again_when_the_relay_has_had_enough(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(3)], at=MORNING)
    relay.at_mail.extend(["", "421"])

    assert kinds(dispatched("email")) == [("accepted", "")] * 3

    assert (len(relay.taken), relay.connections) == (3, 2)


def test_it_goes_on_with_the_next_mail_after_a_refusal(relay):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(3)], at=MORNING)
    relay.at_rcpt.extend(["", "550"])

    assert [r.kind for r in dispatched("email")] == ["accepted", "permanent", "accepted"]

    assert relay.connections == 1


# --- what can go wrong -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "answer", "expected"),
    [
        ("at_rcpt", "451", ("temporary", "smtp_451")),
        ("at_rcpt", "550", ("permanent", "smtp_550")),
        ("at_rcpt", "554", ("permanent", "smtp_554")),
        ("at_mail", "451", ("temporary", "smtp_451")),
        ("at_mail", "421", ("temporary", "smtp_421")),
        ("at_mail", "drop", ("temporary", "unreachable")),
        ("at_rcpt", "drop", ("temporary", "unreachable")),
        ("at_rcpt", "slow", ("temporary", "unreachable")),
        ("at_data", "451", ("temporary", "smtp_451")),
        ("at_data", "550", ("permanent", "smtp_550")),
        ("at_data", "drop", ("uncertain", "dropped_in_data")),
        ("at_data", "slow", ("uncertain", "dropped_in_data")),
    ],
)
def test_it_tells_failures_apart(relay, step, answer, expected):
    enqueued(a_draft())
    getattr(relay, step).append(answer)

    assert kinds(dispatched("email")) == [expected]

    assert Attempt.objects.get().result == expected[0]


def test_it_waits_for_a_relay_that_is_away(settings):
    settings.EMAIL_URL = f"smtp://127.0.0.1:{free_port()}"
    outbox.enqueue([a_draft(f"a:{n}") for n in range(5)], at=MORNING)

    results = dispatched("email")

    assert [(r.kind, r.reason, r.outage) for r in results] == [("temporary", "unreachable", True)] * 3
    assert {stored(f"a:{n}").state for n in range(5)} == {"pending"}
    assert Attempt.objects.count() == 3


def test_it_sends_a_doubtful_mail_again_under_the_same_message_id(relay):
    enqueued(a_draft(html="<p>Kính gửi</p>"))
    relay.at_data.append("drop")
    dispatched("email")

    dispatched("email", at=later(60))

    assert [m["Message-ID"] for m in relay.taken] == [stored("reply:1:email").message_id] * 2
    assert relay.taken[0].as_bytes() == relay.taken[1].as_bytes()
    assert stored("reply:1:email").state == "sent"


def test_it_logs_in_where_the_address_names_a_user(settings):
    with RelayServer(password="a:b/c @") as relay:
        settings.EMAIL_URL = f"smtp://desk:a%3Ab%2Fc%20%40@127.0.0.1:{relay.port}"
        enqueued(a_draft())

        assert kinds(dispatched("email")) == [("accepted", "")]


def test_it_waits_until_a_wrong_password_is_put_right(settings):
    with RelayServer(password="right") as relay:
        settings.EMAIL_URL = f"smtp://desk:wrong@127.0.0.1:{relay.port}"
        enqueued(a_draft())

        assert kinds(dispatched("email")) == [("temporary", "smtp_535")]


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtp+ssl"])
@pytest.mark.parametrize("trusted", [True, False])
def test_it_speaks_only_to_a_relay_whose_certificate_it_trusts(settings, certificate, monkeypatch, scheme, trusted):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    options = {"ssl_context": tls} if scheme == "smtp+ssl" else {"tls_context": tls, "require_starttls": True}

    with RelayServer(**options) as relay:
        settings.EMAIL_URL = f"{scheme}://localhost:{relay.port}"
        enqueued(a_draft())

        assert kinds(dispatched("email")) == [("accepted", "") if trusted else ("temporary", "unreachable")]


@pytest.mark.parametrize(
    ("url", "port", "user"),
    [
        ("smtp://mail.example", 25, ""),
        ("smtp+tls://a%40b.example:x@mail.example", 587, "a@b.example"),
        ("smtp+ssl://a:x@mail.example", 465, "a"),
        ("smtp://mail.example:2525", 2525, ""),
    ],
)
def test_it_reads_the_relays_address(url, port, user):
    relay = email.Relay.from_url(url)

    assert (relay.host, relay.port, relay.user) == ("mail.example", port, user)


@pytest.mark.parametrize("url", ["mail.example:25", "http://mail.example", "smtp://", "consolemail://"])
def test_it_refuses_an_address_that_names_no_relay(url):
    with pytest.raises(ImproperlyConfigured):
        email.Relay.from_url(url)


# --- files ----------------------------------------------------------------------------------------------------


def test_it_sends_files_under_their_own_names(relay):
    place = default_storage.save("files/test/mail", ContentFile(b"%PDF-1.7 \x00\xff"))
    enqueued(a_draft(files=[{"place": place, "name": "Giấy phép số 1.pdf", "content_type": "application/pdf"}]))

    dispatched("email")

    said, file = relay.taken[0].iter_parts()
    assert said.get_content().startswith("Kính gửi")
    assert (file.get_filename(), file.get_content_type()) == ("Giấy phép số 1.pdf", "application/pdf")
    assert file.get_content_disposition() == "attachment"
    assert file.get_payload(decode=True) == b"%PDF-1.7 \x00\xff"


def test_it_fails_a_mail_whose_file_is_gone(relay):
    enqueued(a_draft(files=[{"place": "files/none", "name": "a.pdf", "content_type": "application/pdf"}]))

    dispatched("email")

    assert (stored("reply:1:email").state, stored("reply:1:email").reason) == ("failed", "file_missing")
    assert not relay.taken
