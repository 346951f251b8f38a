"""What an office really holds: people who cannot be reached, broken texts, strange reports; the alert gets through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

import pytest

from notifications import outbox
from notifications.models import Notification, Receipt
from notifications.results import Result
from requests_desk.people.models import Absence, Agency, Membership, Role, User
from requests_desk.tickets.models import Alert, Ticket
from requests_desk.tickets.services import cycles, reminders, replies
from requests_desk.tickets.services.cycles import Words
from tests.support.cast import MORNING, PROMISE, Desk, a_person, later, log_ticket, mail_bounces, mail_is

DUE = MORNING + PROMISE
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(tireless: Desk) -> Desk:
    """Work where no reminder moves and no hour is quiet."""
    Agency.objects.update(quiet_from=time(0), quiet_to=time(0), alarm_email="alarm@so.example")
    return tireless


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return log_ticket(desk, officer=desk.alice)


def told_at(at) -> list[str]:
    """Sweep, and return whom alerts went to and by what, in alphabetical order."""
    since = max(Notification.objects.values_list("pk", flat=True), default=0)
    reminders.sweep(at=at)
    rows = Notification.objects.filter(cause__startswith="alert:", pk__gt=since)
    return sorted(f"{row.destination.partition('@')[0]} {row.channel}" for row in rows)


@pytest.fixture
def own_text(settings, tmp_path: Path) -> Callable[[str, str], None]:
    """Let the office have written a text of its own."""

    def write(name: str, text: str) -> None:
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]

    return write


# --- a person with no address -------------------------------------------------------------------------------------


def test_it_passes_over_a_person_with_no_address_and_still_rings_their_bell(desk, ticket):
    User.objects.filter(pk=desk.alice.pk).update(email="", phone="")
    cycles.message_received(Ticket.objects.get(pk=ticket.pk), Words("Thêm."), by=None, at=later(hours=1))

    assert told_at(DUE - 24 * HOUR) == ["bob email"]
    assert desk.alice.notices.filter(kind="message").exists()


# --- a number abroad, and what is no number -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phone", "ways"),
    [
        ("+821012345678", ["leader email", "+821012345678 sms"]),
        ("+442079460000", ["leader email"]),  # a landline in London
        ("+8490", ["leader email"]),
        ("gọi văn thư", ["leader email"]),
    ],
)
def test_it_takes_a_number_abroad_for_what_it_is(desk, ticket, phone, ways):
    User.objects.filter(pk=desk.leader.pk).update(phone=phone)

    assert told_at(DUE) == sorted(ways)


# --- a mailbox that bounces ---------------------------------------------------------------------------------------


def test_it_tells_the_next_person_where_a_mailbox_bounces_and_does_not_write_there_again(desk, ticket):
    reminders.sweep(at=DUE - 24 * HOUR)
    mail = Notification.objects.get(destination="alice@so.example", cause="alert:reminder")
    mail_is(Result.accepted(), mail, at=DUE - 24 * HOUR)
    mail_bounces(mail, at=DUE - 23 * HOUR)

    assert told_at(DUE - 23 * HOUR) == ["bob email"]
    assert told_at(DUE - 8 * HOUR) == ["bob email"]


# --- a template with a missing variable ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Yêu cầu {{ ticket.code }} {{ no_such_thing }} quá hạn.", "quá hạn."),
        ("Yêu cầu {{ ticket.code }}, {% widthratio no_such_thing 0 x %} {{ due_at|no_such_filter }}", "QUA HAN"),
        ("Yêu cầu {% include no_such_thing %}", "QUA HAN"),
    ],
)
def test_it_tells_a_breach_whatever_is_missing_in_its_template(desk, ticket, own_text, text, said):
    own_text("mail/vi/breach.txt", text)

    assert told_at(DUE) == ["+84912345678 sms", "leader email"]
    mail = Notification.objects.get(cause="alert:breach", channel="email")
    assert ticket.code in mail.text and said in mail.text


def test_it_keeps_a_message_whose_notice_cannot_be_written(desk, ticket, own_text):
    """What the requester said is not lost because a colleague's mail is broken: the bell rings all the same."""
    own_text("mail/vi/notices.txt", "{% include no_such_thing %}")
    message = cycles.message_received(ticket, Words("Thêm."), by=None, at=later(hours=1)).message

    assert message and message.text == "Thêm."
    assert desk.alice.notices.filter(kind="message").exists()


# --- a callback for an unknown message, and one that comes twice --------------------------------------------------


def test_it_keeps_a_callback_for_an_unknown_message_and_touches_no_other(desk, ticket):
    reminders.sweep(at=DUE)
    before = list(Notification.objects.order_by("pk").values_list("pk", "state"))

    assert outbox.callback("SM" + "9" * 32, "delivered", at=DUE) is None

    assert list(Notification.objects.order_by("pk").values_list("pk", "state")) == before
    assert Receipt.objects.count() == 1


def test_it_counts_a_callback_that_comes_twice_once(desk, ticket):
    """A failed SMS flags the number and nothing more: the mail reached him."""
    reminders.sweep(at=DUE)
    (claimed,) = outbox.claim("sms", at=DUE, limit=1, lease_seconds=60, owner="test")
    outbox.begin_attempt(claimed, at=DUE, lease_seconds=60)
    outbox.record(claimed, Result.accepted("SM1"), at=DUE)

    outcomes = [outbox.callback("SM1", "undelivered", at=DUE + HOUR, reason="twilio_30003") for _time in range(2)]
    replies.take_up([outcome for outcome in outcomes if outcome], at=DUE + HOUR)

    assert [outcome.state if outcome else None for outcome in outcomes] == ["failed", None]
    assert User.objects.get(pk=desk.leader.pk).phone_failed_at == DUE + HOUR
    assert Alert.objects.filter(failed_at__isnull=False).count() == 0


# --- an office of three -------------------------------------------------------------------------------------------


@pytest.fixture
def three(desk: Desk) -> Desk:
    """Leave a director, one who heads the unit and the office, and one who handles and receives."""
    Membership.objects.exclude(user__in=[desk.alice, desk.bob, desk.leader, desk.charlie]).delete()
    for user, role in ((desk.bob, Role.CHIEF), (desk.alice, Role.FRONT_DESK)):
        Membership.objects.create(user=user, agency=desk.agency, unit=desk.office, role=role)
    return desk


def test_it_tells_each_of_three_once_a_moment_up_the_whole_ladder(three):
    log_ticket(three, officer=three.alice)

    told = [told_at(DUE - hours * HOUR) for hours in (24, 8, 7, 4, 2, 0)]

    assert told == [
        ["alice email"],
        ["alice email", "bob email"],
        ["+84912345678 sms", "leader email"],  # nobody acknowledged, and bob is the chief himself
        ["bob email"],
        ["alice email"],
        ["+84912345678 sms", "leader email"],
    ]


def test_it_leaves_no_alert_unheard_in_an_office_of_three_with_two_away(three):
    for who in (three.alice, three.bob):
        Absence.objects.create(user=who, from_at=MORNING, to_at=later(days=9))
    log_ticket(three, officer=three.alice)

    told = {line for hours in (24, 8, 4, 2, 0) for line in told_at(DUE - hours * HOUR)}

    assert told == {"+84912345678 sms", "leader email"}
    assert Alert.objects.filter(level="alarm").count() == 0


# --- a leader away without a deputy, and deputies in a circle -----------------------------------------------------


def test_it_rings_the_alarm_where_the_leader_is_away_without_a_deputy(desk, ticket):
    Absence.objects.create(user=desk.leader, from_at=MORNING, to_at=later(days=9))

    assert told_at(DUE) == ["alarm email", "root email"]


def test_it_tells_the_other_leader_where_one_is_away_without_a_deputy(desk, ticket):
    a_person("an", desk.agency, Role.LEADER)
    Absence.objects.create(user=desk.leader, from_at=MORNING, to_at=later(days=9))

    assert told_at(DUE) == ["an email"]


def test_it_does_not_turn_in_a_circle_of_deputies(desk, ticket):
    ring = [desk.leader, desk.chief, desk.bob]
    for who, deputy in zip(ring, [*ring[1:], ring[0]], strict=True):
        Absence.objects.create(user=who, deputy=deputy, from_at=MORNING, to_at=later(days=9))

    assert told_at(DUE) == ["alarm email", "root email"]
