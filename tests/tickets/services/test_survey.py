"""Asked once how they found it, on the next working morning; what they say counts once, and harassment is sealed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from notifications.models import Notification
from notifications.results import Result
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.models import Event, Notice, Survey, Ticket
from requests_desk.tickets.queries import ledger as ledger_queries
from requests_desk.tickets.queries import survey as survey_results
from requests_desk.tickets.services import (
    closing,
    cycles,
    refusing,
    reminders,
    replies,
    sealing,
    survey,
    survey_invitations,
)
from requests_desk.tickets.services.incoming import Asked
from requests_desk.tickets.services.survey import Answers
from tests.support.cast import Desk, a_reply, answered_by_call, later, log_ticket, mail_bounces, mail_is, outbox_row

# Answered on Monday; the 24th is a day off, so the next working morning is Wednesday at 07:30.
ANSWERED, MORNING_AFTER = later(hours=2), later(days=1, hours=23.5)
PLEASED = Answers("satisfied", "on_time", "full", "good", comment="Cảm ơn")


def answered(desk: Desk, *, at: datetime = ANSWERED, **changes: object) -> Ticket:
    """Return a request whose firm got its answer by mail."""
    ticket = log_ticket(desk, officer=desk.alice, **changes)  # type: ignore[arg-type]
    reply = replies.send(ticket, a_reply("answer"), by=desk.alice, at=at)
    mail_is(Result.accepted(), outbox_row(reply.key), at=at)
    ticket.refresh_from_db()
    return ticket


def asked(desk: Desk, **changes: object) -> str:
    """Return the secret of the link that a firm got with its invitation."""
    answered(desk, **changes)  # type: ignore[arg-type]
    reminders.sweep(at=MORNING_AFTER)
    return link()


def link() -> str:
    mail = Notification.objects.filter(cause="survey").latest("pk")
    (token,) = re.findall(r"/survey/([\w-]+)/", mail.text)
    return token


def test_it_asks_once_by_mail_on_the_next_working_morning(desk: Desk):
    ticket = answered(desk)

    for moment in (later(hours=20), MORNING_AFTER, MORNING_AFTER, later(days=3)):
        reminders.sweep(at=moment)

    mail = Notification.objects.get(cause="survey")
    assert mail.created_at == MORNING_AFTER
    assert (mail.channel, mail.destination) == ("email", ticket.requester.email)
    assert ticket.code in mail.title
    assert "/survey/" in mail.text
    assert ticket.text not in mail.text
    assert Event.objects.filter(ticket=ticket, kind="survey_invited").count() == 1


def test_it_keeps_no_secret_of_the_link(desk: Desk):
    token = asked(desk)

    assert token not in str(Survey.objects.values().get())
    assert survey.by_token(token, at=later(days=5)).ticket.code.startswith("SCT-")


def test_it_asks_by_sms_who_was_answered_by_phone(desk: Desk):
    ticket = log_ticket(desk)
    answered_by_call(ticket, by=desk.alice, at=ANSWERED)

    reminders.sweep(at=MORNING_AFTER)

    assert Notification.objects.get(cause="survey").channel == "sms"


@pytest.mark.parametrize("channel", ["letter", "in_person"])
def test_it_sends_nothing_to_who_got_it_on_paper_or_at_the_counter_but_lets_them_rate_it(desk: Desk, channel: str):
    for _ in range(2):
        replies.send(log_ticket(desk), a_reply("answer", channel), by=desk.alice, at=ANSWERED)

    reminders.sweep(at=MORNING_AFTER)

    assert not Notification.objects.filter(cause="survey").exists()
    one, other = Survey.objects.order_by("pk")
    assert (one.channel, one.skipped, one.expires_at) == ("", "", MORNING_AFTER + timedelta(days=30))
    assert survey.by_token(open_link(one), at=later(days=5)) == one
    assert survey.by_token(open_link(other), at=later(days=5)) == other


def open_link(row: Survey) -> str:
    return survey_invitations.open_link(row.pk, digest=row.digest, expires_at=row.expires_at, at=later(days=5))


def test_it_lets_rate_whom_no_invitation_reaches(desk: Desk):
    ticket = log_ticket(desk, asked=Asked(name="Khách", phones=["0261 3 812 345"]))
    answered_by_call(ticket, by=desk.alice, at=ANSWERED)

    reminders.sweep(at=MORNING_AFTER)

    assert open_link(Survey.objects.get())
    assert Event.objects.get(kind="survey_invited").facts == {"channel": "status_page"}
    assert survey_results.results([desk.agency], since=ANSWERED, until=later(days=5)).asked == 0


def test_it_asks_after_an_outage_in_office_hours_all_the_same(desk: Desk):
    answered(desk)

    reminders.sweep(at=later(days=2, hours=14))  # 22:00 on Wednesday
    reminders.sweep(at=later(days=2, hours=23.5))

    assert Notification.objects.get(cause="survey").created_at == later(days=2, hours=23.5)


def test_it_does_not_ask_of_what_was_taken_up_again_until_that_is_answered(desk: Desk):
    ticket = answered(desk)
    cycles.reopen(ticket, "Chưa đúng", by=desk.alice, at=later(hours=3))
    reminders.sweep(at=MORNING_AFTER)
    before = Notification.objects.filter(cause="survey").count()

    answered_by_call(Ticket.objects.get(), by=desk.alice, at=later(days=2))
    reminders.sweep(at=later(days=2, hours=23.5))

    assert (before, Notification.objects.filter(cause="survey").count()) == (0, 1)


def test_taken_up_again_it_keeps_what_was_written_down_before(desk: Desk):
    ticket = answered(desk)
    survey.enter(ticket, PLEASED, way="paper", by=desk.lan, at=later(hours=3))
    cycles.reopen(ticket, "Chưa đúng", by=desk.alice, at=later(hours=4))

    reminders.sweep(at=MORNING_AFTER)

    kept = Survey.objects.get()
    assert (kept.overall, kept.skipped) == ("satisfied", "answered")


def test_it_does_not_ask_of_an_answer_that_came_back(desk: Desk):
    ticket = answered(desk)
    mail_bounces(outbox_row(ticket.replies.get().key), at=later(hours=3))

    reminders.sweep(at=MORNING_AFTER)

    assert not Notification.objects.filter(cause="survey").exists()
    assert not Survey.objects.exists()


def test_it_asks_nobody_of_what_is_sealed_or_ended_otherwise(desk: Desk):
    sealed = answered(desk)
    sealing.seal(sealed, people=[desk.alice], by=desk.leader, at=later(hours=3))
    other = answered(desk, asked=Asked(name="C", email="c@khach.example"))
    closing.close(other, "withdrawn", note="Thôi ạ", by=desk.alice, at=later(hours=3))

    reminders.sweep(at=MORNING_AFTER)

    assert set(Survey.objects.values_list("skipped", flat=True)) == {"ended_otherwise"}
    assert not Notification.objects.filter(cause="survey").exists()


def test_it_asks_nobody_where_the_agency_does_not_want_it(desk: Desk):
    type(desk.agency).objects.update(invites_ratings=False)
    ticket = answered(desk)

    reminders.sweep(at=MORNING_AFTER)

    assert not Notification.objects.filter(cause="survey").exists()
    assert Survey.objects.get().skipped == "switched_off"
    assert survey.enter(ticket, PLEASED, way="paper", by=desk.lan, at=later(days=3)).overall == "satisfied"


def test_it_asks_one_firm_once_a_fortnight(desk: Desk):
    for day in (0, 4, 28):
        answered(desk, at=later(days=day, hours=2))
        reminders.sweep(at=later(days=day + 3))

    states = Survey.objects.order_by("pk").values_list("skipped", flat=True)

    assert list(states) == ["", "asked_lately", ""]


def test_it_keeps_an_answer_once_however_often_it_is_sent(desk: Desk):
    token = asked(desk)

    for moment in (later(days=3), later(days=3, minutes=1)):
        survey.answer(token, PLEASED, at=moment)

    kept = Survey.objects.get()
    assert (kept.overall, kept.timeliness, kept.substance, kept.attitude) == ("satisfied", "on_time", "full", "good")
    assert (kept.way, kept.unit, kept.answered_at) == ("online", desk.unit, later(days=3))
    assert Event.objects.filter(kind="survey_answered").count() == 1


def test_another_answer_takes_the_place_of_the_first_while_the_link_is_open(desk: Desk):
    token = asked(desk)
    survey.answer(token, PLEASED, at=later(days=3))

    survey.answer(token, Answers("dissatisfied"), at=later(days=20))

    kept = Survey.objects.get()
    assert (kept.overall, kept.comment) == ("dissatisfied", "")


def test_its_history_holds_nobody_s_words(desk: Desk):
    survey.answer(asked(desk), PLEASED, at=later(days=3))

    facts = Event.objects.get(kind="survey_answered").facts

    assert set(facts) == {"survey", "way", "answers_digest"}
    assert ledger_queries.verify(on_progress=lambda _events: None).first is None


@pytest.mark.parametrize("after", [timedelta(days=30), timedelta(days=400)])
def test_a_link_closes_after_thirty_days(desk: Desk, after: timedelta):
    token = asked(desk)

    with pytest.raises(survey.Closed):
        survey.answer(token, PLEASED, at=MORNING_AFTER + after)

    assert Survey.objects.get().answered_at is None


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (Answers(""), "overall"),
        (Answers("splendid"), "overall"),
        (Answers("satisfied", timeliness="soon"), "timeliness"),
    ],
)
def test_it_refuses_what_is_no_answer(desk: Desk, answers: Answers, field: str):
    with pytest.raises(survey.Refused) as refused:
        survey.answer(asked(desk), answers, at=later(days=3))

    assert list(refused.value.fields) == [field]


HARASSED = Answers("very_dissatisfied", harassed=True, harassment="Cán bộ đòi tiền", comment="Chậm")


def test_harassment_goes_sealed_to_the_leadership(desk: Desk):
    token = asked(desk)
    ticket = Ticket.objects.get()

    survey.answer(token, HARASSED, at=later(days=3))

    report = Ticket.objects.get(kind="harassment")
    assert report.sealed
    assert "Cán bộ đòi tiền" in report.text
    assert ticket.code in report.text
    assert report.requester == ticket.requester
    seers = {person.username for person in User.objects.all() if access.can(person, access.Right.READ, report)}
    assert seers == {"leader", "ivan"}
    assert [notice.person.username for notice in Notice.objects.filter(kind="report")] == ["leader"]


def test_nothing_open_to_the_unit_tells_of_a_report(desk: Desk):
    token = asked(desk)
    ticket = Ticket.objects.get()

    survey.answer(token, HARASSED, at=later(days=3))

    report = Ticket.objects.get(kind="harassment")
    assert report.code not in str(list(ticket.events.values_list("facts", flat=True)))
    assert not ticket.links.exists()
    assert "đòi tiền" not in Survey.objects.get().comment
    plain = Answers("very_dissatisfied", comment="Chậm")
    told = Event.objects.filter(kind="survey_answered").get().facts["answers_digest"]
    survey.answer(token, Answers("satisfied"), at=later(days=4))
    survey.answer(token, plain, at=later(days=5))
    assert Event.objects.filter(kind="survey_answered").latest("pk").facts["answers_digest"] == told


def test_a_report_sent_again_is_one_report_that_keeps_every_word(desk: Desk):
    token = asked(desk)
    for words in ("Cán bộ đòi tiền", "Cán bộ đòi tiền", "Và hẹn ra ngoài"):
        survey.answer(token, Answers("neutral", harassment=words), at=later(days=3))

    survey.answer(token, Answers("neutral"), at=later(days=4))

    report = Ticket.objects.get(kind="harassment")
    assert Survey.objects.get().report == report
    assert [message.text for message in report.messages.all()] == ["Và hẹn ra ngoài"]


def test_staff_enter_what_was_answered_on_paper_and_it_is_marked_so(desk: Desk):
    ticket = answered(desk)

    survey.enter(ticket, HARASSED, way="paper", by=desk.lan, at=later(hours=5))
    reminders.sweep(at=MORNING_AFTER)

    kept = Survey.objects.get()
    assert (kept.way, kept.entered_by, kept.skipped) == ("paper", desk.lan, "answered")
    assert Ticket.objects.get(kind="harassment").channel == "letter"
    assert not Notification.objects.filter(cause="survey").exists()


def test_the_requester_s_own_answer_outranks_what_was_written_down(desk: Desk):
    token = asked(desk)
    ticket = Ticket.objects.get()
    survey.enter(ticket, PLEASED, way="phone", by=desk.lan, at=later(days=3))
    survey.answer(token, Answers("dissatisfied"), at=later(days=4))

    with pytest.raises(refusing.NotNow):
        survey.enter(ticket, PLEASED, way="phone", by=desk.lan, at=later(days=5))

    kept = Survey.objects.get()
    assert (kept.overall, kept.way, kept.entered_by) == ("dissatisfied", "online", None)


def test_whoever_handled_it_enters_no_answer(desk: Desk):
    ticket = answered(desk)

    for somebody in (desk.alice, desk.bob, desk.root):
        with pytest.raises(access.Denied):
            survey.enter(ticket, PLEASED, way="paper", by=somebody, at=later(hours=5))


def test_nothing_is_entered_before_an_answer(desk: Desk):
    with pytest.raises(refusing.NotNow):
        survey.enter(log_ticket(desk), PLEASED, way="paper", by=desk.lan, at=later(hours=5))
