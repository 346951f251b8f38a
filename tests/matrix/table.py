"""Who may open what: one line for each address of the desk. A new address needs its line here, or the matrix fails.

    page("desk/things/<int:pk>/", get=READERS, post=LOGGERS, at="desk/things/{thing}/")

The address stands as in the URL table. `get` (with HEAD) and `post` name who gets in; a method left out opens to
nobody. Whoever is named and works elsewhere gets 404 where `at` names something of the desk, as does an officer of
another unit where it names a ticket. Everybody else with an account gets 403; a stranger is led to the login, an API
asks for a token. `at` fills the address with things of the desk, by the names that the fixture `things` in
`test_matrix.py` gives them; `send` is what the POST carries (nothing, if left out), `answers` what an allowed one may
answer beside success, 400, 409 and 422.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from tests.matrix.cast import EVERYONE, NOBODY, ROLES

STAFF = frozenset(ROLES)
LOGGERS = frozenset({"front_desk", "officer", "unit_head", "chief", "leader"})
WRITERS = LOGGERS | {"inspector"}  # a note among colleagues
ASSIGNERS = LOGGERS - {"officer"}
HEADS = frozenset({"unit_head", "chief", "leader"})
SENT = frozenset({"front_desk", "chief", "leader", "admin"})
ABOVE = frozenset({"chief", "leader"})
SURVEYORS = frozenset({"front_desk", "chief", "leader"})
READERS = ABOVE | {"admin"}  # of the settings
ADMINS = frozenset({"admin"})
DRAFTERS = LOGGERS | ADMINS  # of documents; what is published only publishers change
PUBLISHERS = HEADS | ADMINS
MEMBERS = STAFF | {NOBODY}  # of the desk, in some role or none: one's own account
PUBLIC = frozenset(EVERYONE)
NO_ONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Line:
    """What one address opens to whom."""

    route: str
    get: frozenset[str] = NO_ONE
    post: frozenset[str] = NO_ONE
    at: str = ""
    send: dict[str, Any] = field(default_factory=dict)
    answers: Collection[int] = ()
    theirs: bool = False  # what `at` names is not the desk's alone: everybody finds their own under it
    csrf: bool = True  # a POST without the token of its page is refused

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")

    @property
    def is_open_without_second_step(self) -> bool:
        """The public's pages, and one's own account, where a second step is set up."""
        own = self.route.startswith("accounts/") and self.route != "accounts/tokens/"
        return own or self.is_api or PUBLIC in (self.get, self.post)

    @property
    def part(self) -> str:
        """The part of the desk it belongs to: each is one test."""
        first = self.route.partition("/")[0]
        return first if first in ("api", "desk", "settings", "accounts") else "others"


def page(route: str, **more: Any) -> Line:
    return Line(route, **more)


def api(route: str, *, at: str = "", **more: Any) -> Line:
    return Line(f"api/v1/{route}", at=at and f"api/v1/{at}", csrf=False, **more)


def account(route: str, **more: Any) -> Line:
    return Line(f"accounts/{route}", theirs=True, **more)


def calendar(route: str, *, at: str = "", post: frozenset[str] = ADMINS) -> Line:
    here = f"settings/calendars/office/{at or route}"
    return page(f"settings/calendars/<slug:key>/{route}", get=READERS, post=post, at=here, theirs=True)


def policy(route: str) -> Line:
    here = f"settings/policies/first-reply/{route}"
    return page(f"settings/policies/<slug:key>/{route}", get=READERS, post=ADMINS, at=here, theirs=True)


TICKET = "tickets/{ticket}/"

# What can be done on the page of a request, by the `action` its form names.
ACTS = {
    "reply": LOGGERS,
    "assign": ASSIGNERS,
    "close": LOGGERS,
    "note": WRITERS,
    "lookup": LOGGERS,
    "caller": LOGGERS,
    "links": LOGGERS,
    "approve": HEADS,
    "return": HEADS,
    "carry_out": LOGGERS,
    "take_back": LOGGERS,
    "undo": LOGGERS,
    "message": LOGGERS,
    "thanks": LOGGERS,
    "pause": LOGGERS,
    "resume": LOGGERS,
    "link": LOGGERS,
    "merge": ASSIGNERS,
    "unmerge": ASSIGNERS,
    "split": ASSIGNERS,
    "correct": HEADS,
    "erase": HEADS,
    "apologise": LOGGERS,
    "sign_apology": frozenset({"leader"}),
    "return_apology": frozenset({"leader"}),
    "items": LOGGERS,
    "ask_part": LOGGERS,
    "deliver_part": WRITERS,
    "return_part": WRITERS,
    "withdraw_part": LOGGERS,
    "hand_over": LOGGERS,
    "accept": LOGGERS,
    "give_back": LOGGERS,
    "propose_spam": LOGGERS,
    "seal": WRITERS,
    "unseal": frozenset({"leader"}),
}

LINES = (
    # --- the API ------------------------------------------------------------------------------------------------
    api("schema/", get=PUBLIC),
    api("docs/", get=PUBLIC),
    api("tickets/", get=MEMBERS, post=LOGGERS, send={"channel": "hotline", "text": "?", "requester": {"name": "B"}}),
    api("tickets/<slug:code>/", get=STAFF, at=TICKET),
    api("tickets/<slug:code>/events/", get=STAFF, at=TICKET + "events/"),
    api("tickets/<slug:code>/notifications/", get=STAFF, at=TICKET + "notifications/"),
    api("tickets/<slug:code>/files/<int:pk>/", get=STAFF, at=TICKET + "files/{file}/"),
    api("tickets/<slug:code>/breaches/", get=STAFF, at=TICKET + "breaches/"),
    api("tickets/<slug:code>/replies/", post=LOGGERS, at=TICKET + "replies/"),
    api("tickets/<slug:code>/replies/<int:pk>/approve/", post=HEADS, at=TICKET + "replies/{reply}/approve/"),
    api("tickets/<slug:code>/replies/<int:pk>/return/", post=HEADS, at=TICKET + "replies/{reply}/return/"),
    api("tickets/<slug:code>/replies/<int:pk>/take_back/", post=LOGGERS, at=TICKET + "replies/{reply}/take_back/"),
    api("tickets/<slug:code>/replies/<int:pk>/submit/", post=LOGGERS, at=TICKET + "replies/{reply}/submit/"),
    api("tickets/<slug:code>/replies/<int:pk>/carry_out/", post=LOGGERS, at=TICKET + "replies/{reply}/carry_out/"),
    api("tickets/<slug:code>/close/", post=LOGGERS, at=TICKET + "close/"),
    api("tickets/<slug:code>/assign/", post=ASSIGNERS, at=TICKET + "assign/"),
    api("tickets/<slug:code>/notes/", post=WRITERS, at=TICKET + "notes/"),
    api("tickets/<slug:code>/correct/", post=HEADS, at=TICKET + "correct/"),
    api("tickets/<slug:code>/messages/", post=LOGGERS, at=TICKET + "messages/"),
    api("tickets/<slug:code>/thanks/", post=LOGGERS, at=TICKET + "thanks/"),
    api("tickets/<slug:code>/merge/", post=ASSIGNERS, at=TICKET + "merge/"),
    api("tickets/<slug:code>/hand_over/", post=LOGGERS, at=TICKET + "hand_over/"),
    api("tickets/<slug:code>/accept/", post=LOGGERS, at=TICKET + "accept/", answers={404}),
    api("tickets/<slug:code>/give_back/", post=LOGGERS, at=TICKET + "give_back/", answers={404}),
    api("tickets/<slug:code>/apologies/", get=STAFF, post=LOGGERS, at=TICKET + "apologies/"),
    api(
        "tickets/<slug:code>/apologies/<int:pk>/sign/",
        post=frozenset({"leader"}),
        at=TICKET + "apologies/1/sign/",
        answers={404},
    ),
    api(
        "tickets/<slug:code>/apologies/<int:pk>/return/",
        post=frozenset({"leader"}),
        at=TICKET + "apologies/1/return/",
        answers={404},
    ),
    api("tickets/<slug:code>/parts/", get=STAFF, post=LOGGERS, at=TICKET + "parts/"),
    api("tickets/<slug:code>/parts/<int:pk>/deliver/", post=WRITERS, at=TICKET + "parts/1/deliver/", answers={404}),
    api("tickets/<slug:code>/parts/<int:pk>/return/", post=WRITERS, at=TICKET + "parts/1/return/", answers={404}),
    api("tickets/<slug:code>/parts/<int:pk>/withdraw/", post=LOGGERS, at=TICKET + "parts/1/withdraw/", answers={404}),
    api("tickets/<slug:code>/split/", post=ASSIGNERS, at=TICKET + "split/"),
    api("tickets/<slug:code>/unmerge/", post=ASSIGNERS, at=TICKET + "unmerge/"),
    api("tickets/<slug:code>/pause/", post=LOGGERS, at=TICKET + "pause/"),
    api("tickets/<slug:code>/resume/", post=LOGGERS, at=TICKET + "resume/"),
    api("tickets/<slug:code>/acknowledge/", post=STAFF, at=TICKET + "acknowledge/"),
    api("tickets/<slug:code>/items/", post=LOGGERS, at=TICKET + "items/"),
    api("tickets/<slug:code>/similar/", get=STAFF, at=TICKET + "similar/"),
    api("tickets/<slug:code>/suggestion/", get=STAFF, at=TICKET + "suggestion/"),
    api("tickets/<slug:code>/sort/", post=ASSIGNERS, at=TICKET + "sort/"),
    api("tickets/<slug:code>/seal/", post=WRITERS, at=TICKET + "seal/"),
    api("tickets/<slug:code>/unseal/", post=frozenset({"leader"}), at=TICKET + "unseal/"),
    api("tickets/<slug:code>/link/", post=LOGGERS, at=TICKET + "link/", answers={404}),
    api("tickets/<slug:code>/propose_spam/", post=LOGGERS, at=TICKET + "propose_spam/"),
    api("", answers={404}),
    # --- the desk -----------------------------------------------------------------------------------------------
    page("desk/", get=STAFF),
    page("desk/new/", get=LOGGERS, post=LOGGERS),
    page("desk/new/known/", get=LOGGERS),
    page("desk/new/alike/", post=LOGGERS),
    page("desk/new/meeting/", get=LOGGERS, post=LOGGERS),
    page("desk/new/meeting/saved/", get=LOGGERS),
    page("desk/new/questions/", post=LOGGERS),
    page("desk/mail/", get=SENT),
    page("desk/mail/<int:pk>/", get=STAFF, post=STAFF, at="desk/mail/1/", answers={404}),
    page("desk/mail/<int:pk>/as-sent/", get=STAFF, at="desk/mail/1/as-sent/", answers={404}),
    page("desk/mail/<int:pk>/original.eml", get=STAFF, at="desk/mail/1/original.eml", answers={404}),
    page("desk/drafts/", post=STAFF),
    page("desk/drafts/drop/", post=STAFF),
    page("desk/tickets/<slug:code>/publish/", get=LOGGERS, post=LOGGERS, at="desk/" + TICKET + "publish/"),
    page("desk/answers/", get=STAFF),
    page("desk/answers/new/", get=LOGGERS, post=LOGGERS),
    page("desk/answers/<int:pk>/", get=STAFF, post=LOGGERS, at="desk/answers/1/", answers={404}),
    page("desk/answers/offer/", get=LOGGERS, post=LOGGERS),
    page("desk/held/", get=LOGGERS, post=LOGGERS, answers={404}),
    page("desk/requesters/<int:pk>/", get=LOGGERS, post=LOGGERS, at="desk/requesters/{requester}/", answers={404}),
    page("desk/triage/", get=ASSIGNERS, post=ASSIGNERS, answers={404}),
    page("desk/tickets/", get=STAFF),
    page("desk/tickets/assign/", get=ASSIGNERS, post=ASSIGNERS),
    page("desk/tickets/export.<str:form>", get=STAFF, at="desk/tickets/export.csv"),
    page("desk/tickets/views/", post=STAFF),
    page("desk/tickets/views/<int:pk>/forget/", post=STAFF, at="desk/tickets/views/1/forget/", answers={404}),
    page("desk/tickets/<slug:code>/", get=STAFF, post=STAFF, at="desk/" + TICKET),
    *(
        page("desk/tickets/<slug:code>/", get=STAFF, post=who, at="desk/" + TICKET, send={"action": action})
        for action, who in ACTS.items()
    ),
    *(
        page("desk/tickets/<slug:code>/acts/<slug:action>/", get=who, at=f"desk/{TICKET}acts/{action}/")
        for action, who in ACTS.items()
        if action not in ("reply", "note")  # these two stand on the page
    ),
    page("desk/tickets/<slug:code>/alike/", get=STAFF, at="desk/" + TICKET + "alike/"),
    page(
        "desk/tickets/<slug:code>/survey/",
        get=SURVEYORS,
        post=SURVEYORS,
        at="desk/" + TICKET + "survey/",
        answers={409},
    ),
    page("desk/tickets/<slug:code>/saved/", get=LOGGERS, at="desk/" + TICKET + "saved/"),
    page("desk/tickets/<slug:code>/deadline/", get=STAFF, at="desk/" + TICKET + "deadline/"),
    page("desk/tickets/<slug:code>/slip.pdf", get=LOGGERS, at="desk/" + TICKET + "slip.pdf", answers={404}),
    page(
        "desk/tickets/<slug:code>/letters/<str:of>/<int:pk>/",
        get=LOGGERS,
        at="desk/" + TICKET + "letters/reply/{reply}/",
    ),
    page("desk/files/<int:pk>/", get=STAFF, at="desk/files/{file}/"),
    page("desk/documents/", get=STAFF),
    page("desk/documents/new/", get=DRAFTERS, post=DRAFTERS),
    page("desk/documents/<int:pk>/", get=STAFF, post=DRAFTERS, at="desk/documents/{document}/"),
    *(
        page("desk/documents/<int:pk>/", post=PUBLISHERS, at="desk/documents/{document}/", send={"action": action})
        for action in ("save", "publish", "withdraw", "replace")
    ),
    page("desk/documents/<int:pk>/files/<int:file>/", get=STAFF, at="desk/documents/{document}/files/{document_file}/"),
    page("desk/keys/", get=STAFF),
    page("desk/away/", get=STAFF, post=STAFF),
    page("desk/notices/", get=STAFF, post=STAFF),
    page("desk/notices/bell/", get=PUBLIC),  # 286 tells the page of who was logged out to stop asking
    page("desk/alerts/acknowledge/", post=STAFF, answers={404}),
    page("desk/sent/", get=SENT),
    page("desk/sent/<int:pk>/", get=SENT, at="desk/sent/{message}/"),
    page("desk/deliveries/", get=SENT),
    page("desk/deliveries/<int:pk>/resend/", post=SENT, at="desk/deliveries/{message}/resend/"),
    page("ack/<str:token>/", get=PUBLIC, post=PUBLIC, at="ack/wrong/", answers={404}),
    page("leadership/", get=ABOVE),
    page("leadership/survey/", get=ABOVE),
    # --- the administrators' screens ------------------------------------------------------------------------------
    page("settings/", get=READERS, post=ADMINS),
    page("settings/calendars/new/", get=READERS, post=ADMINS),
    calendar(""),
    calendar("<int:year>/", at="2026/"),
    calendar("<int:year>/<str:name>", at="2026/office-2026.csv", post=NO_ONE),
    calendar("hours/"),
    calendar("versions/"),
    calendar("apply/"),
    page("settings/policies/new/", get=READERS, post=ADMINS),
    policy(""),
    policy("versions/"),
    policy("apply/"),
    policy("file/"),
    page(
        "settings/policies/<slug:key>/<str:name>.json",
        get=READERS,
        at="settings/policies/first-reply/first-reply.json",
        theirs=True,
        answers={404},
    ),
    page("settings/mailboxes/", get=READERS, post=ADMINS),
    page("settings/mailboxes/new/", get=READERS, post=ADMINS),
    page("settings/mailboxes/<int:pk>/", get=READERS, post=ADMINS, at="settings/mailboxes/1/", answers={404}),
    page("settings/people/", get=READERS, post=ADMINS),
    page("settings/people/new/", get=READERS, post=ADMINS),
    page("settings/people/<int:pk>/", get=READERS, post=ADMINS, at="settings/people/{person}/"),
    page("settings/people/<int:pk>/leave/", get=READERS, post=ADMINS, at="settings/people/{person}/leave/"),
    page("settings/units/", get=READERS, post=ADMINS),
    page("settings/units/<int:pk>/", get=READERS, post=ADMINS, at="settings/units/{unit}/"),
    page("settings/agency/", get=READERS, post=ADMINS),
    page("settings/presence/", get=READERS, post=ADMINS),
    page("settings/registers/", get=READERS, post=ADMINS),
    page("settings/registers/<int:pk>/", get=READERS, post=ADMINS, at="settings/registers/1/", answers={404}),
    page(
        "settings/registers/<int:pk>/to-mend.xlsx",
        get=READERS,
        post=ADMINS,
        at="settings/registers/1/to-mend.xlsx",
        answers={404},
    ),
    page("settings/texts/", get=READERS, post=ADMINS),
    page("settings/words/", get=READERS, post=ADMINS),
    page("settings/rules/", get=READERS, post=ADMINS),
    page("settings/retention/", get=READERS, post=ADMINS),
    page("settings/rehearse/", get=READERS, post=ADMINS),
    # --- signing in, and one's own account ------------------------------------------------------------------------
    account("", get=MEMBERS, post=MEMBERS),
    account("login/", get=PUBLIC, post=PUBLIC),
    account("logout/", get=PUBLIC, post=PUBLIC),
    account("inactive/", get=PUBLIC),
    account("reauthenticate/", get=MEMBERS, post=MEMBERS),
    account("password/change/", get=MEMBERS, post=MEMBERS),
    account("password/set/", get=MEMBERS, post=MEMBERS),
    account("password/reset/", get=PUBLIC, post=PUBLIC),
    account("password/reset/done/", get=PUBLIC),
    account("password/reset/key/done/", get=PUBLIC),
    account(
        "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        get=PUBLIC,
        post=PUBLIC,
        at="accounts/password/reset/key/1-wrong/",
    ),
    account("invitation/<str:token>/", get=PUBLIC, post=PUBLIC, at="accounts/invitation/wrong/", answers={404}),
    account("tokens/", get=MEMBERS, post=MEMBERS),
    account("sessions/", get=MEMBERS, post=MEMBERS),
    account("2fa/", get=MEMBERS),
    account("2fa/authenticate/", get=PUBLIC, post=PUBLIC),  # the second step of who has done the first, else the login
    account("2fa/reauthenticate/", get=MEMBERS, post=MEMBERS),
    account("2fa/totp/activate/", get=MEMBERS, post=MEMBERS),
    account("2fa/totp/deactivate/", get=MEMBERS, post=MEMBERS, answers={404}),
    account("2fa/recovery-codes/", get=MEMBERS, answers={404}),
    account("2fa/recovery-codes/generate/", get=MEMBERS, post=MEMBERS),
    account("2fa/recovery-codes/download/", get=MEMBERS, answers={404}),
    account("2fa/webauthn/", get=MEMBERS),
    account("2fa/webauthn/add/", get=MEMBERS, post=MEMBERS),
    account("2fa/webauthn/reauthenticate/", get=MEMBERS, post=MEMBERS),
    account("2fa/webauthn/keys/<int:pk>/remove/", get=MEMBERS, post=MEMBERS, at="accounts/2fa/webauthn/keys/1/remove/"),
    account("2fa/webauthn/keys/<int:pk>/edit/", get=MEMBERS, post=MEMBERS, at="accounts/2fa/webauthn/keys/1/edit/"),
    account("2fa/webauthn/login/", get=PUBLIC, post=PUBLIC, answers={429}),
    account("sso/cancelled/", get=PUBLIC),
    # Without single sign-on there is nothing behind these two.
    account(
        "oidc/^(?P<provider_id>[^/]+)/login/", get=PUBLIC, post=PUBLIC, at="accounts/oidc/sso/login/", answers={404}
    ),
    account(
        "oidc/^(?P<provider_id>[^/]+)/login/callback/",
        get=PUBLIC,
        post=PUBLIC,
        at="accounts/oidc/sso/login/callback/",
        answers={404},
    ),
    # --- machines -------------------------------------------------------------------------------------------------
    page("healthz", get=PUBLIC),
    page("readyz", get=PUBLIC, answers={503}),
    page("metrics", get=PUBLIC),  # from this machine alone, or with a key
    page("hooks/twilio/status/", post=PUBLIC, answers={403}, csrf=False),  # without the provider's signature
    # --- the public -----------------------------------------------------------------------------------------------
    page("", get=PUBLIC),
    page("ask/", get=PUBLIC, post=PUBLIC, csrf=False),
    page("ask/received/<str:token>/", get=PUBLIC, at="ask/received/wrong/", answers={404}),
    page("ask/received/<str:token>/slip.pdf", get=PUBLIC, at="ask/received/wrong/slip.pdf", answers={404}),
    page("status/again/", post=PUBLIC, csrf=False, answers={404}),
    page("status/add/", post=PUBLIC, csrf=False, answers={404}),
    page("status/withdraw/", post=PUBLIC, csrf=False, answers={404}),
    page("status/contact/", post=PUBLIC, csrf=False, answers={404}),
    page("status/link/", post=PUBLIC, csrf=False, answers={404}),
    page("status/data/", post=PUBLIC, csrf=False, answers={404}),
    page("status/data/take/", post=PUBLIC, csrf=False, answers={404}),
    page("status/data/ask/", post=PUBLIC, csrf=False, answers={404}),
    page("status/confirm/<str:token>/", get=PUBLIC, post=PUBLIC, at="status/confirm/wrong/", csrf=False, answers={404}),
    page("status/", get=PUBLIC, post=PUBLIC, csrf=False),
    page("s/<str:token>/", get=PUBLIC, at="s/wrong/", answers={404}),
    page("survey/<str:token>/", get=PUBLIC, post=PUBLIC, at="survey/wrong/", csrf=False, answers={404}),
    page("files/<str:token>/", get=PUBLIC, at="files/wrong/", answers={404}),
    page("documents/", get=PUBLIC),
    page("documents/<int:pk>/", get=PUBLIC, at="documents/{document}/", theirs=True),
    page("documents/<int:pk>/file/", get=PUBLIC, at="documents/{document}/file/", theirs=True),
    page("answers/", get=PUBLIC),
    page("answers/feed.atom", get=PUBLIC),
    page("answers/answers.csv", get=PUBLIC),
    page("answers/<int:pk>/", get=PUBLIC, at="answers/1/", answers={404}),
    page("answers/<int:pk>/useful/", post=PUBLIC, at="answers/1/useful/", csrf=False, answers={404}),
    page("answers/<int:pk>-<slug:words>/", get=PUBLIC, at="answers/1-x/", answers={404}),
    page("robots.txt", get=PUBLIC),
    page("sitemap.xml", get=PUBLIC),
    page("favicon.ico", get=PUBLIC),
)
