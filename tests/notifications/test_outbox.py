from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from notifications import channels, outbox, queries
from notifications.models import Notification
from notifications.results import Result
from tests.notifications.cast import LEASE, MORNING, a_draft, an_sms, begun, claimed, enqueued, later, sent, stored

pytestmark = pytest.mark.django_db


# --- writing ---------------------------------------------------------------------------------------------------


def test_it_returns_only_the_new_drafts():
    outbox.enqueue([a_draft("a")], at=MORNING)

    new = outbox.enqueue([a_draft("a"), a_draft("b"), a_draft("b")], at=later(60))

    assert [n.key for n in new] == ["b"]
    assert Notification.objects.count() == 2


def test_it_returns_the_rows_as_they_are_stored():
    drafts = [a_draft("a", headers={"Reply-To": "desk@so.example"}, not_before=later(60)), an_sms("b")]

    new = outbox.enqueue(drafts, at=MORNING)

    assert [model_to_dict(row) for row in new] == [model_to_dict(stored(row.key)) for row in new]
    assert [row.key for row in new] == ["a", "b"]


def test_it_keeps_every_word_of_a_draft():
    enqueued(a_draft("a", html="<p>Kính gửi</p>", headers={"Reply-To": "desk@so.example"}, language="en"))

    row = stored("a")

    assert (row.owner, row.subject, row.cause, row.recipient) == ("agency:1", "ticket:42", "reply", "requester:9")
    assert (row.html, row.headers, row.language) == ("<p>Kính gửi</p>", {"Reply-To": "desk@so.example"}, "en")
    assert (row.state, row.created_at, row.next_attempt_at) == ("pending", MORNING, MORNING)


def test_it_writes_nothing_for_no_drafts(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert outbox.enqueue([], at=MORNING) == []


def test_it_writes_any_number_of_drafts_in_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        new = outbox.enqueue([a_draft(f"a:{n}") for n in range(500)], at=MORNING)

    assert len({n.pk for n in new}) == 500


def test_it_vanishes_with_the_transaction_it_was_written_in():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.enqueue([a_draft("a")], at=MORNING)
        1 / 0  # noqa: B018

    assert not Notification.objects.exists()


def test_it_refuses_a_channel_that_does_not_exist():
    with pytest.raises(channels.UnknownChannel):
        outbox.enqueue([a_draft(channel="pigeon")], at=MORNING)


def test_it_gives_a_mail_a_message_id_that_shows_nothing_of_its_key(settings):
    settings.DEFAULT_FROM_EMAIL = "Sở Công Thương <desk@so.example>"

    row = enqueued(a_draft("reply:SCT-2026-000123"))

    assert row.message_id.endswith("@so.example>")
    assert "000123" not in row.message_id


def test_it_gives_an_sms_no_message_id():
    assert enqueued(an_sms()).message_id == ""


def test_it_holds_a_draft_until_its_hour():
    enqueued(a_draft("a", not_before=later(3600)))

    assert claimed(at=later(3599)) == []
    assert [n.key for n in claimed(at=later(3600))] == ["a"]


# --- claiming --------------------------------------------------------------------------------------------------


def test_it_claims_the_longest_due_first_and_no_more_than_asked():
    outbox.enqueue([a_draft("new", not_before=later(9)), a_draft("old")], at=MORNING)

    first = claimed(at=later(10), limit=1)

    assert [n.key for n in first] == ["old"]


def test_it_claims_only_its_own_channel():
    outbox.enqueue([a_draft("mail"), an_sms("sms")], at=MORNING)

    assert [n.key for n in claimed("sms")] == ["sms"]


def test_it_claims_in_one_statement(django_assert_num_queries):
    enqueued(a_draft())

    with django_assert_num_queries(1):
        assert claimed()


def test_it_leaves_a_leased_row_to_its_holder():
    enqueued(a_draft())
    claimed(owner="one")

    assert claimed(at=later(LEASE - 1), owner="two") == []


def test_it_takes_over_a_row_whose_lease_ran_out():
    enqueued(a_draft())
    claimed(owner="one")

    taken = claimed(at=later(LEASE), owner="two")

    assert [(n.state, n.lease_owner) for n in taken] == [("leased", "two")]


def test_it_shows_the_next_holder_that_a_send_had_begun():
    begun(an_sms())

    taken = claimed("sms", at=later(LEASE), owner="two")

    assert [n.began_at for n in taken] == [MORNING]


def test_it_gives_back_what_was_not_begun():
    enqueued(a_draft())
    rows = claimed()

    outbox.release(rows, at=later(5))

    assert claimed(at=later(4)) == []
    assert len(claimed(at=later(5))) == 1


@pytest.mark.parametrize("owner", ["one", "two"])
def test_it_gives_back_nothing_that_was_claimed_anew(owner):
    enqueued(a_draft())
    lost = claimed(owner="one")
    claimed(at=later(LEASE), owner=owner)

    outbox.release(lost, at=later(LEASE))

    assert stored("reply:1:email").lease_owner == owner


# --- beginning -------------------------------------------------------------------------------------------------


def test_it_opens_a_numbered_attempt_and_renews_the_lease():
    enqueued(a_draft())
    row = claimed()[0]

    assert outbox.begin_attempt(row, at=later(60), lease_seconds=LEASE)

    assert [(t.number, t.started_at, t.ended_at) for t in row.tries.all()] == [(1, later(60), None)]
    assert stored(row.key).leased_until == later(60 + LEASE)


@pytest.mark.parametrize("taken_over", [True, False])
def test_it_begins_nothing_after_its_lease(taken_over):
    enqueued(a_draft())
    row = claimed(owner="one")[0]
    if taken_over:
        claimed(at=later(LEASE), owner="two")

    assert not outbox.begin_attempt(row, at=later(LEASE), lease_seconds=LEASE)

    assert not row.tries.exists()


def test_it_begins_any_number_in_one_statement(django_assert_num_queries):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(20)], at=MORNING)
    rows = claimed()

    with django_assert_num_queries(1):
        begun = outbox.begin(rows, at=MORNING, lease_seconds=LEASE)

    assert [n.attempts for n in begun] == [1] * 20


def test_it_begins_of_many_only_those_it_still_holds():
    outbox.enqueue([a_draft("a"), a_draft("b")], at=MORNING)
    rows = claimed()
    Notification.objects.filter(key="a").update(lease_owner="two")

    assert [n.key for n in outbox.begin(rows, at=MORNING, lease_seconds=LEASE)] == ["b"]


def test_it_takes_back_a_begin_as_if_it_had_not_been():
    row = begun(a_draft())

    outbox.take_back([row])

    kept = stored(row.key)
    assert (kept.state, kept.attempts, kept.began_at, kept.tries.count()) == ("leased", 0, None, 0)


def test_it_takes_back_nothing_that_another_has_begun():
    lost = begun(a_draft())
    (mine,) = claimed(at=later(LEASE), owner="two")
    outbox.begin([mine], at=later(LEASE), lease_seconds=LEASE)

    assert outbox.take_back([lost]) == []

    assert stored(lost.key).attempts == 2


# --- recording -------------------------------------------------------------------------------------------------


def test_it_is_sent_once_the_next_server_took_it():
    outcome = outbox.record(begun(a_draft()), Result.accepted(), at=later(2))

    assert (outcome.state, outcome.at, outcome.subject, outcome.cause) == ("sent", later(2), "ticket:42", "reply")
    assert stored(outcome.key).accepted_at == later(2)


def test_it_is_delivered_at_once_where_the_channel_says_so():
    outcome = outbox.record(begun(a_draft()), Result.accepted(delivered=True), at=later(2))

    row = stored(outcome.key)
    assert (row.state, row.accepted_at, row.delivered_at) == ("delivered", later(2), later(2))


def test_it_notes_how_the_attempt_ended():
    row = begun(a_draft())

    outbox.record(row, Result.temporary("smtp_451"), at=later(2))

    attempt = row.tries.get()
    assert (attempt.result, attempt.detail, attempt.ended_at) == ("temporary", "smtp_451", later(2))


def test_it_tries_again_after_a_temporary_failure():
    row = begun(a_draft())

    assert outbox.record(row, Result.temporary("smtp_451"), at=MORNING) is None

    waits = stored(row.key)
    assert (waits.state, waits.lease_owner, waits.began_at) == ("pending", "", None)
    assert later(12) <= waits.next_attempt_at <= later(18)


def test_it_waits_as_long_as_the_provider_asks():
    row = begun(an_sms())

    outbox.record(row, Result.temporary("twilio_20429", outage=True, retry_after=300), at=MORNING)

    assert stored(row.key).next_attempt_at == later(300)


def test_it_fails_at_once_for_good():
    outcome = outbox.record(begun(a_draft()), Result.permanent("smtp_550"), at=later(2))

    assert (outcome.state, outcome.reason, outcome.accepted_at) == ("failed", "smtp_550", None)
    assert claimed(at=later(days=9)) == []


def test_it_gives_up_after_the_most_tries(monkeypatch):
    monkeypatch.setattr(outbox, "MOST_TRIES", 2)
    row = begun(a_draft())
    outbox.record(row, Result.temporary("smtp_451"), at=MORNING)
    again = claimed(at=later(60))[0]
    outbox.begin_attempt(again, at=later(60), lease_seconds=LEASE)

    outcome = outbox.record(again, Result.temporary("smtp_451"), at=later(61))

    assert (outcome.state, outcome.reason) == ("failed", "smtp_451")


def test_it_never_gives_up_because_the_provider_was_away(monkeypatch):
    monkeypatch.setattr(outbox, "MOST_TRIES", 1)
    row = begun(a_draft())

    assert outbox.record(row, Result.temporary("unreachable", outage=True), at=MORNING) is None

    assert stored(row.key).state == "pending"


def test_it_keeps_an_uncertain_one_in_doubt():
    row = begun(an_sms())

    outbox.record(row, Result.uncertain("no_answer"), at=MORNING)

    doubtful = stored(row.key)
    assert (doubtful.state, doubtful.began_at, doubtful.reason) == ("uncertain", MORNING, "no_answer")
    assert doubtful.next_attempt_at >= later(outbox.DOUBT_DELAY)


def test_it_claims_an_uncertain_one_again():
    row = begun(an_sms())
    outbox.record(row, Result.uncertain("no_answer"), at=MORNING)

    assert [n.began_at for n in claimed("sms", at=later(60))] == [MORNING]


@pytest.mark.parametrize(
    "result", [Result.temporary("x"), Result.permanent("x"), Result.uncertain("x")], ids=lambda r: r.kind
)
def test_it_ignores_the_failure_of_one_who_lost_the_lease(result):
    late = begun(a_draft(), owner="one")
    claimed(at=later(LEASE), owner="two")

    assert outbox.record(late, result, at=later(LEASE + 1)) is None

    assert (stored(late.key).state, stored(late.key).lease_owner) == ("leased", "two")


def test_it_believes_the_acceptance_of_one_who_lost_the_lease():
    late = begun(a_draft(), owner="one")
    claimed(at=later(LEASE), owner="two")

    assert outbox.record(late, Result.accepted(), at=later(LEASE + 1)).state == "sent"


def test_it_tells_of_a_second_acceptance_no_more():
    outcome = sent(a_draft())

    assert outbox.record(stored(outcome.key), Result.accepted("other"), at=later(9)) is None

    assert stored(outcome.key).accepted_at == MORNING


@pytest.mark.parametrize("attempt", [1, 2, 5, 20, 500])
def test_it_spreads_its_tries_the_same_way_each_time(attempt):
    waits = [outbox.backoff(f"key:{n}", attempt, outage=False) for n in range(20)]

    assert waits == [outbox.backoff(f"key:{n}", attempt, outage=False) for n in range(20)]
    assert len(set(waits)) > 15
    assert max(waits) <= outbox.LONGEST_DELAY * 1.2


def test_it_looks_for_a_lost_provider_within_a_minute():
    assert max(outbox.backoff(f"key:{n}", 99, outage=True) for n in range(99)) < 60


@pytest.mark.parametrize(
    ("channel", "state", "reached"),
    [("email", "sent", True), ("sms", "sent", False), ("sms", "delivered", True), ("email", "failed", False)],
)
def test_it_has_reached_its_reader_as_the_promise_counts_it(channel, state, reached):
    draft = a_draft() if channel == "email" else an_sms()
    row = begun(draft)
    result = Result.permanent("no") if state == "failed" else Result.accepted("SM1", delivered=state == "delivered")

    assert outbox.record(row, result, at=MORNING).reached is reached


def test_it_records_any_number_of_acceptances_in_one_statement(django_assert_num_queries):
    outbox.enqueue([a_draft(f"a:{n}") for n in range(20)], at=MORNING)
    rows = outbox.begin(claimed(), at=MORNING, lease_seconds=LEASE)

    with django_assert_num_queries(1):
        assert outbox.record_accepted([(row, Result.accepted()) for row in rows], at=later(2)) == 20

    kept = stored("a:7")
    assert (kept.state, kept.accepted_at, kept.settled_at, kept.lease_owner) == ("sent", later(2), later(2), "")
    assert [(t.result, t.ended_at) for t in kept.tries.all()] == [("accepted", later(2))]


def test_it_records_the_same_whether_one_by_one_or_together():
    singly, together = begun(a_draft("singly")), begun(a_draft("together"))
    outcome = outbox.record(singly, Result.accepted(delivered=True), at=later(2))
    outbox.mark_settled([outcome], at=later(2))

    outbox.record_accepted([(together, Result.accepted(delivered=True))], at=later(2))

    same = [
        {f.attname: getattr(stored(key), f.attname) for f in Notification._meta.fields if f.name in outbox._RESULT}
        for key in ("singly", "together")
    ]
    assert same[0] == same[1]


def test_it_counts_no_acceptance_twice():
    outcome = sent(a_draft())

    assert outbox.record_accepted([(stored(outcome.key), Result.accepted())], at=later(9)) == 0

    assert stored(outcome.key).accepted_at == MORNING


# --- settling --------------------------------------------------------------------------------------------------


def test_it_finds_what_nobody_acted_on():
    outcome = sent(a_draft())

    assert outbox.unsettled(limit=10) == [outcome]


def test_it_forgets_what_was_settled():
    outcome = sent(a_draft())

    assert outbox.mark_settled([outcome], at=later(1)) == 1

    assert outbox.unsettled(limit=10) == []


def test_it_keeps_unsettled_what_changed_in_between():
    outcome = sent(a_draft())
    outbox.bounced(stored(outcome.key).message_id, at=later(5), reason="5.1.1")

    assert outbox.mark_settled([outcome], at=later(6)) == 0

    assert [o.state for o in outbox.unsettled(limit=10)] == ["failed"]


# --- reports of the provider -----------------------------------------------------------------------------------


def test_it_is_delivered_when_the_provider_says_so():
    sent(an_sms(), provider_id="SM1")

    outcome = outbox.callback("SM1", "delivered", at=later(30))

    assert (outcome.state, outcome.at, outcome.accepted_at) == ("delivered", later(30), MORNING)


def test_it_hears_a_repeated_report_once():
    sent(an_sms(), provider_id="SM1")
    outbox.callback("SM1", "delivered", at=later(30))

    assert outbox.callback("SM1", "delivered", at=later(31)) is None


@pytest.mark.parametrize("status", ["queued", "sending", "sent", "accepted", "anything"])
def test_it_is_not_moved_by_steps_on_the_way(status):
    sent(an_sms(), provider_id="SM1")

    assert outbox.callback("SM1", status, at=later(30)) is None

    assert stored("ack:1:sms").state == "sent"


@pytest.mark.parametrize(
    ("reports", "end"),
    [
        (["delivered", "sent"], "delivered"),
        (["delivered", "undelivered"], "delivered"),
        (["undelivered", "delivered"], "delivered"),
        (["undelivered", "sent", "failed"], "failed"),
    ],
)
def test_it_ends_the_same_in_whatever_order_reports_come(reports, end):
    sent(an_sms(), provider_id="SM1")

    for second, status in enumerate(reports):
        outbox.callback("SM1", status, at=later(second))

    assert stored("ack:1:sms").state == end


def test_it_fails_with_the_reason_the_provider_gave():
    sent(an_sms(), provider_id="SM1")

    outcome = outbox.callback("SM1", "undelivered", at=later(30), reason="twilio_30005")

    assert (outcome.state, outcome.reason, outcome.accepted_at) == ("failed", "twilio_30005", MORNING)


def test_it_keeps_a_report_that_outran_our_own_commit():
    row = begun(an_sms())
    assert outbox.callback("SM1", "delivered", at=later(1)) is None

    outcome = outbox.record(row, Result.accepted("SM1"), at=later(2))

    assert (outcome.state, outcome.at) == ("delivered", later(1))


def test_it_is_untouched_by_a_report_of_an_unknown_message():
    sent(an_sms(), provider_id="SM1")

    assert outbox.callback("SM2", "failed", at=later(1)) is None

    assert stored("ack:1:sms").state == "sent"


def test_it_fails_when_its_mail_comes_back():
    outcome = sent(a_draft())

    back = outbox.bounced(stored(outcome.key).message_id, at=later(600), reason="5.1.1")

    assert (back.state, back.reason, back.accepted_at) == ("failed", "5.1.1", MORNING)


def test_it_comes_back_only_once():
    message_id = stored(sent(a_draft()).key).message_id
    outbox.bounced(message_id, at=later(600), reason="5.1.1")

    assert outbox.bounced(message_id, at=later(601), reason="5.1.1") is None


# --- what the database itself refuses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "gone"},
        {"state": "leased"},
        {"state": "sent"},
        {"state": "failed", "next_attempt_at": None},
        {"next_attempt_at": None},
        {"lease_owner": "one"},
        {"key": ""},
        {"settled_at": MORNING},
        {"outcome_at": MORNING},
    ],
    ids=str,
)
def test_it_cannot_be_stored_in_a_state_that_makes_no_sense(changes):
    row = enqueued(a_draft())

    with pytest.raises(IntegrityError), transaction.atomic():
        Notification.objects.filter(pk=row.pk).update(**changes)


def test_it_cannot_share_a_providers_id():
    sent(an_sms("a"), provider_id="SM1")

    with pytest.raises(IntegrityError), transaction.atomic():
        sent(an_sms("b"), provider_id="SM1")


# --- what faces read -------------------------------------------------------------------------------------------


def test_it_lists_a_subjects_messages_with_their_attempts(django_assert_num_queries):
    sent(a_draft("a"))
    sent(an_sms("b"), provider_id="SM1")
    sent(a_draft("other", subject="ticket:43"))

    with django_assert_num_queries(2):
        rows = queries.for_subjects(["ticket:42"])
        tries = [len(n.tries.all()) for n in rows]

    assert ([n.key for n in rows], tries) == (["a", "b"], [1, 1])


def test_it_pages_from_the_newest_down():
    outbox.enqueue([a_draft(f"a:{n}") for n in range(5)], at=MORNING)

    first = queries.latest("agency:1", limit=2)
    second = queries.latest("agency:1", limit=2, before=first[-1].pk)

    assert [n.key for n in first + second] == ["a:4", "a:3", "a:2", "a:1"]


def test_it_pages_through_one_owner_channel_and_state():
    sent(an_sms("mine"), provider_id="SM1")
    outbox.enqueue([an_sms("waiting"), a_draft("mail"), an_sms("theirs", owner="agency:2")], at=MORNING)

    rows = queries.latest("agency:1", limit=9, channel="sms", states=["sent", "delivered"])

    assert [n.key for n in rows] == ["mine"]


def test_it_counts_an_owners_messages_by_state():
    sent(a_draft("a"))
    outbox.enqueue([a_draft("b"), a_draft("c"), a_draft("d", owner="agency:2")], at=MORNING)

    found = queries.counts("agency:1")

    assert (found["sent"], found["pending"], found["failed"]) == (1, 2, 0)
