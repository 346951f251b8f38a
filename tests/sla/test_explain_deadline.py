"""`manage.py explain_deadline`: text and JSON, both languages, no database, one line for bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sla import catalogue
from sla.management.commands.explain_deadline import Command
from sla.policies import DEFAULT_POLICY
from tests.sla.vietnam import calendar, document

AT = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
RECEIVED = ["--received", "2027-02-07T09:10:00+07:00"]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "calendar.json"
    path.write_text(json.dumps(calendar().to_json()))
    return str(path)


@pytest.fixture
def explain(capsys, file):
    """Return a function that runs the command on the sample calendar: exit code, stdout, stderr."""

    def run(*options):
        try:
            Command().run_from_argv(["manage.py", "explain_deadline", "--calendar", file, *options])
        except SystemExit as stopped:
            return (stopped.code, *capsys.readouterr())
        return (0, *capsys.readouterr())

    return run


@pytest.mark.parametrize(
    ("options", "rule", "due_at"),
    [
        (["--consecutive", "48h"], "consecutive", "2027-02-09T09:10:00+07:00"),
        (["--skip-days-off", "48h"], "skip_days_off", "2027-02-16T00:00:00+07:00"),
        (["--working", "8h"], "working", "2027-02-15T08:00:00+07:00"),
        (["--working", "1h30m"], "working", "2027-02-12T09:00:00+07:00"),
        (["--working", "90m"], "working", "2027-02-12T09:00:00+07:00"),
        (["--working", "30s"], "working", "2027-02-12T07:30:30+07:00"),
        (["--working-days", "3"], "working_days", "2027-02-16T17:00:00+07:00"),
    ],
)
def test_it_prints_the_due_time_and_its_lines_as_json(explain, options, rule, due_at):
    code, out, _ = explain(*RECEIVED, *options, "--json")

    told = json.loads(out)
    assert (code, told["rule"], told["due_at"]) == (0, rule, due_at)
    assert sum(line["counted"] for line in told["lines"]) == told["amount"]
    assert told["lines"][-1]["to"] == due_at


def test_it_speaks_vietnamese_unless_told_otherwise(explain):
    _, vietnamese, _ = explain(*RECEIVED, "--skip-days-off", "48h")
    _, english, _ = explain(*RECEIVED, "--skip-days-off", "48h", "--lang", "en")

    assert vietnamese.rstrip().endswith("Hạn xử lý: 24 giờ ngày 15/02/2027")
    assert english.rstrip().endswith("Due: 24:00 on 15/02/2027")


def test_it_words_the_json_lines_in_the_language_asked_for(explain):
    _, out, _ = explain(*RECEIVED, "--working", "1h", "--json", "--lang", "en")

    assert json.loads(out)["lines"][-1]["text"] == (
        "07:30 on 12/02/2027 to 08:30 on 12/02/2027: 1 hour counted (working hours)"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--working", "8h"], "--received is missing"),
        (["--received", "yesterday", "--working", "8h"], "“yesterday” is not a time"),
        (["--received", "2027-02-07T09:10:00", "--working", "8h"], "add one, such as +07:00"),
        (["--received", "1066-10-14T09:00:00+00:00", "--working", "8h"], "outside the years 1900 to 2998"),
        ([*RECEIVED], "choose one of --working"),
        ([*RECEIVED, "--working", "8h", "--consecutive", "8h"], "choose one of --working"),
        ([*RECEIVED, "--working", "eight"], "“eight” is not a length of time"),
        ([*RECEIVED, "--working", ""], "“” is not a length of time"),
        ([*RECEIVED, "--working", "-1h"], "--working"),
        ([*RECEIVED, "--working-days", "-1"], "“-1” is not a number of days"),
        ([*RECEIVED, "--working", "8h", "--calendar", "no/such.json"], "no/such.json cannot be read"),
        ([*RECEIVED, "--working", "9999999h"], "beyond the year 2998"),
        ([*RECEIVED, "--working", "8h", "--shout"], "--shout"),
    ],
)
def test_it_answers_bad_input_with_one_line_and_code_2(explain, options, said):
    code, out, err = explain(*options, "--lang", "en")

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_it_names_the_place_in_a_bad_calendar(explain, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"tz": "Asia/Ho_Chi_Minh", "hours": {"mon": [["11:30", "07:30"]]}}')

    code, _, err = explain(*RECEIVED, "--working", "8h", "--calendar", str(bad))

    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("hours.mon[0]: ")
    assert "khoảng qua nửa đêm phải ghi thành hai khoảng" in err


def test_it_refuses_a_language_it_does_not_speak(explain):
    code, _, err = explain(*RECEIVED, "--working", "8h", "--lang", "fr")

    assert (code, err) == (2, "--lang “fr” không dùng được; chọn vi hoặc en\n")


def test_it_needs_no_database(file):
    nowhere = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "SECRET_KEY": "only-for-tests"}
    command = [sys.executable, "manage.py", "explain_deadline", *RECEIVED, "--calendar", file, "--consecutive", "48h"]

    done = subprocess.run(
        [*command, "--json"], cwd=ROOT, env=nowhere, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stderr == ""
    assert json.loads(done.stdout)["due_at"] == "2027-02-09T09:10:00+07:00"


@pytest.fixture
def policy(capsys, db):
    """Give one owner a policy under rule B and a calendar. Return a function that explains by the policy's name."""
    catalogue.add_policy("agency:1", "first-reply", name="48 giờ", document={**DEFAULT_POLICY, "rule": "B"}, at=AT)
    catalogue.add_calendar("agency:1", "office", name="Sở", document=document(), confirmed=[2026], at=AT)

    def run(name, *options):
        try:
            Command().run_from_argv(["manage.py", "explain_deadline", *RECEIVED, "--policy", name, *options])
        except SystemExit as stopped:
            return (stopped.code, *capsys.readouterr())
        return (0, *capsys.readouterr())

    return run


@pytest.mark.parametrize("name", ["first-reply", "agency:1/first-reply"])
def test_it_explains_by_a_policy_in_force(policy, name):
    code, out, _ = policy(name, "--json")

    told = json.loads(out)
    assert (code, told["rule"], told["amount"]) == (0, "skip_days_off", 48 * 3600)
    assert told["due_at"] == "2027-02-16T00:00:00+07:00"


def test_it_names_the_policies_there_are(policy):
    code, _, err = policy("second-reply", "--lang", "en")

    assert (code, err) == (2, "“second-reply” names no one policy; choose of: agency:1/first-reply\n")


def test_it_asks_which_of_two_owners_policies_is_meant(policy):
    catalogue.add_policy("agency:2", "first-reply", name="48 giờ", document=DEFAULT_POLICY, at=AT)

    code, _, err = policy("first-reply", "--lang", "en")

    assert code == 2
    assert "agency:1/first-reply, agency:2/first-reply" in err


def test_it_asks_for_a_calendar_where_an_owner_has_two(policy, file):
    catalogue.add_calendar("agency:1", "one-stop", name="TTPVHCC", document=document(), confirmed=[2026], at=AT)

    code, _, err = policy("first-reply", "--lang", "en")

    assert (code, err) == (2, "agency:1 has 2 calendars; name one as a file with --calendar\n")
    assert policy("first-reply", "--calendar", file)[0] == 0


def test_it_refuses_a_rule_beside_a_policy(policy):
    code, _, err = policy("first-reply", "--working", "8h", "--lang", "en")

    assert (code, err) == (2, "--policy brings its own rule; leave the other one out\n")
