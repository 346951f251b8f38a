"""One's own account: API tokens, where one is signed in, the language of one's mails."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from requests_desk.people.models import PersonalToken, User
from requests_desk.people.services import tokens
from tests.people.signing_in import member
from tests.support.cast import Desk

TOKENS, SESSIONS = "/accounts/tokens/", "/accounts/sessions/"


def test_it_makes_a_token_shown_once_that_opens_the_api(desk: Desk):
    client = member(desk.lan, confirmed=True)

    secret = client.post(TOKENS, {"name": "kiosk", "days": "30"}).context["secret"]

    assert Client().get("/api/v1/tickets/", headers={"Authorization": f"Token {secret}"}).status_code == 200
    assert secret not in client.get(TOKENS).text
    assert PersonalToken.objects.get().expires_at - timezone.now() < timedelta(days=30)


def test_it_asks_for_the_password_once_more_before_it_makes_one(desk: Desk):
    response = member(desk.lan).post(TOKENS, {"name": "kiosk", "days": "30"})

    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert not PersonalToken.objects.exists()


def test_it_takes_back_one_s_own_tokens_alone(desk: Desk):
    own = tokens.issue(desk.lan, name="own", at=timezone.now())
    other = tokens.issue(desk.bob, name="other", at=timezone.now())
    client = member(desk.lan, confirmed=True)

    for token in PersonalToken.objects.all():
        client.post(TOKENS, {"revoke": token.pk})

    live = [name for name, secret in (("own", own), ("other", other)) if opens(secret)]
    assert live == ["other"]


def opens(secret: str) -> bool:
    answer = Client().get("/api/v1/tickets/", headers={"Authorization": f"Token {secret}"})
    return answer.status_code == 200


def test_it_lists_where_one_is_signed_in_and_ends_one_place(desk: Desk):
    here, there, elsewhere = member(desk.alice), member(desk.alice), member(desk.alice)
    rows = {row.session_key: row.pk for row in here.get(SESSIONS).context["others"]}

    here.post(SESSIONS, {"end": rows[there.session.session_key]})

    assert len(rows) == 2
    assert [client.get("/desk/").status_code for client in (here, there, elsewhere)] == [200, 302, 200]


def test_it_ends_all_the_others_at_once(desk: Desk):
    here, there, elsewhere = member(desk.alice), member(desk.alice), member(desk.bob)

    here.post(SESSIONS, {"end": "others"})

    assert [client.get("/desk/").status_code for client in (here, there, elsewhere)] == [200, 302, 200]


def test_it_chooses_the_language_of_mails(desk: Desk):
    member(desk.alice).post("/accounts/", {"language": "en"})

    assert User.objects.get(pk=desk.alice.pk).language == "en"
