"""What one raw mail says, from the headers of strangers to parts built to hurt."""

from __future__ import annotations

import base64

import pytest

from requests_desk.doors.mail import html
from requests_desk.doors.mail.headers import Headers, decode, mailboxes
from requests_desk.doors.mail.reading import read
from tests.support.mail import a_mail, a_report, with_file


def alternative(plain: str, markup: str) -> bytes:
    head = a_mail("", Content_Type="multipart/alternative; boundary=q").rstrip(b"\r\n")
    parts = [("plain", plain), ("html", markup)]
    bodies = "".join(f"\r\n--q\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{text}" for kind, text in parts)
    return head + b"\r\n" + bodies.encode() + b"\r\n--q--\r\n"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?B?VHLhuqduIFRo4buLIEI=?=", "Trần Thị B"),
        (b"=?utf-8?q?Tr=E1=BA?= =?utf-8?q?=A7n?=", "Trần"),
        (b"=?UTF-8?Q?xin_h=E1=BB=8Fi?= gap", "xin hỏi gap"),
        ("Trần".encode(), "Trần"),
        (b"=?x-unknown?q?hoi?=", "hoi"),
        (b"=?utf-8?b?###?=", ""),
        (b"a\r\n\tb", "a b"),
        (b"=?iso-8859-1?q?Ho=E0?= =?utf-8?q?n?=", "Hoàn"),
    ],
)
def test_it_decodes_a_header(raw, text):
    assert decode(raw) == text


@pytest.mark.parametrize(
    ("raw", "address", "name"),
    [
        (b"a@x.example", "a@x.example", ""),
        (b'"Tran, B" <A@X.example>', "a@x.example", "Tran, B"),
        (b"=?utf-8?q?alice=40so=2Eexample?= <evil@x.example>", "evil@x.example", "alice@so.example"),
        (b'"alice@so.example" <evil@x.example>', "evil@x.example", "alice@so.example"),
        (b"alice@so.example <evil@x.example>", "evil@x.example", "alice@so.example"),
        (b"evil@x.example (alice@so.example)", "evil@x.example", ""),
        (b"a <b@x.example>, c <d@x.example>", "b@x.example", "a"),
        (b"nhom: a@x.example;", "", ""),
        ("<ạ@x.example>".encode(), "", ""),
        (b"<a@x@y.example>", "", ""),
        (b"", "", ""),
        (b"(" * 50_000, "", ""),
    ],
)
def test_it_takes_an_address_from_the_raw_ascii_alone(raw, address, name):
    found = mailboxes(raw)

    assert (found[0].address, found[0].name) == (address, name) if found else (address, name) == ("", "")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (b'attachment; filename="don.pdf"', "don.pdf"),
        (b"attachment; filename*=utf-8''%C4%91%C6%A1n.pdf", "đơn.pdf"),
        (b"attachment; filename*0*=utf-8''%C4%91; filename*1*=%C6%A1n; filename*2=.pdf", "đơn.pdf"),
        (b'attachment; filename="=?utf-8?b?xJHGoW4ucGRm?="', "đơn.pdf"),
        (b'attachment; filename="a\\"b.pdf"', 'a"b.pdf'),
    ],
)
def test_it_reads_a_file_name(header, name):
    assert Headers((("content-disposition", header),)).parameters("content-disposition")["filename"] == name


def test_it_prefers_plain_words_and_keeps_the_html_beside_them():
    parsed = read(alternative("Xin chào", "<p>Xin <b>chào</b></p>"))

    assert (parsed.text, parsed.html) == ("Xin chào", "<p>Xin <b>chào</b></p>")


def test_it_draws_words_from_html_where_there_are_no_others():
    parsed = read(alternative("", "<div>Kính gửi</div><ul><li>một<li>hai</ul><blockquote>cũ</blockquote>"))

    assert parsed.text == "Kính gửi\n- một\n- hai\n> cũ"


@pytest.mark.parametrize(
    "markup",
    [
        '<script>alert(1)</script><img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a><iframe src="//evil.example"></iframe>',
        '<style>@import "//evil.example"</style><div style="background:url(//evil.example)">x</div>',
        '<img src="https://evil.example/seen.gif" srcset="//evil.example 2x"><form action="//evil.example"><input>',
        '<svg><script>alert(1)</script></svg><base href="//evil.example"><meta http-equiv=refresh content="0;url=//e">',
    ],
)
def test_it_leaves_nothing_of_html_that_runs_or_is_fetched(markup):
    cleaned = html.clean(markup)

    assert "evil" not in cleaned and "alert" not in cleaned
    assert not any(word in cleaned for word in ("src", "style", "on", "form", "iframe", "svg", "base", "meta"))


def test_it_shows_a_tree_of_html_too_deep_as_its_words():
    assert html.clean("<div>x" * 5_000).startswith("<pre>")


def test_it_joins_flowed_lines():
    assert read(a_mail("một \nhai\nba", Content_Type="text/plain; charset=utf-8; format=flowed")).text == "một hai\nba"


def test_it_lists_a_mail_in_a_mail_as_a_file():
    inner = a_mail("bên trong", Subject="Trong")
    head = a_mail("", Content_Type="multipart/mixed; boundary=q").rstrip(b"\r\n")
    raw = (
        head + b"\r\n\r\n--q\r\n\r\nXem thu kem.\r\n--q\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--q--"
    )

    parsed = read(raw)

    assert parsed.text == "Xem thu kem."
    assert [(file.name, b"Trong" in file.content) for file in parsed.files] == [("2.eml", True)]


def test_it_reads_a_part_whose_end_never_came():
    head = a_mail("", Content_Type="multipart/mixed; boundary=q").rstrip(b"\r\n")

    assert read(head + b"\r\n\r\n--q\r\n\r\nCut of").text == "Cut of"


def test_it_reads_base64_with_dirt_in_it():
    coded = base64.b64encode("Xin chào".encode()).decode()

    assert read(a_mail(f"{coded[:4]}!*\n {coded[4:]}#", Content_Transfer_Encoding="base64")).text == "Xin chào"


def test_it_knows_the_failed_one_among_many_in_a_report():
    (bounce,) = read(a_report("<a@x>", action="failed", status="5.7.1")).bounces

    assert (bounce.of, bounce.is_final, bounce.status) == ("<a@x>", True, "5.7.1")


def test_it_does_not_take_a_read_receipt_for_a_bounce():
    raw = a_mail("", Content_Type='multipart/report; report-type=disposition-notification; boundary="q"')

    assert read(raw).nature != "bounce"


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        ("mx.so.example; dmarc=pass", True),
        ("mx.so.example; dkim=pass header.d=vps.example", True),
        ("mx.so.example; spf=pass smtp.mailfrom=duan@vps.example", True),
        ("mx.so.example; dkim=pass header.d=evil.example", None),
        ("mx.so.example; spf=fail smtp.mailfrom=vps.example", False),
        ("evil.example; dmarc=pass", None),
        ("mx.so.example.evil.example; dmarc=pass", None),
        (None, None),
    ],
)
def test_it_believes_our_own_server_alone(header, verdict):
    assert read(a_mail(Authentication_Results=header), servers=("mx.so.example",)).is_authentic is verdict


def test_it_believes_the_topmost_word_of_our_server():
    raw = a_mail(Authentication_Results="mx.so.example; dmarc=pass")

    assert read(
        b"Authentication-Results: mx.so.example; dmarc=fail\r\n" + raw, servers=("mx.so.example",)
    ).is_authentic is (False)


def test_it_gives_a_nameless_file_a_name():
    raw = with_file("", b"x").replace(b'; filename=""', b"")

    assert read(raw).files[0].name == "2.octet-stre"
