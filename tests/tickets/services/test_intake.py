"""Taking a request in: P1 (receipt and logging), P2 (due times), and what cannot be logged."""

from __future__ import annotations

from tests.support.cast import MORNING, PROMISE, log_ticket


def test_it_promises_a_reply_48_hours_after_receipt(desk):
    """P2."""
    ticket = log_ticket(desk, at=MORNING)

    assert ticket.next_due_at == MORNING + PROMISE
