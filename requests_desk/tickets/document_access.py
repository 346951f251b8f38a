"""Who may do what to published documents: asked by every face. Every one of the staff reads those of their department.

Whoever logs or answers requests puts documents in and mends drafts: officers those of their unit and their own. A head
of unit (for the unit), the chief of office, the leadership and an administrator publish, and change what is published.
"""

from __future__ import annotations

from requests_desk.library.models import Document
from requests_desk.people.models import Membership, User
from requests_desk.tickets import access
from requests_desk.tickets.access import RIGHTS, UNIT_ROLES, Denied, Right


def get(user: User, pk: int) -> Document:
    """Return a document of a department somebody works in. Raises Document.DoesNotExist to strangers."""
    rows = Document.objects.select_related("agency", "unit", "file", "replaced_by", "added_by")
    return rows.get(pk=pk, agency__in=access.agencies(user))


def may_change(user: User, document: Document) -> bool:
    """Tell whether somebody may change what a document says of itself, or drop it while it is a draft."""
    if may_publish(user, document):
        return True
    if document.state != "draft":
        return False
    own = document.added_by_id == user.pk
    return own or any(_reaches(one, document, Right.DOCUMENTS) for one in access.memberships(user))


def may_publish(user: User, document: Document) -> bool:
    """Tell whether somebody may let the public read a document, take it off or say what took its place."""
    return any(_reaches(one, document, Right.PUBLISH_DOCUMENTS) for one in access.memberships(user))


def require(*, allowed: bool) -> None:
    """Raise Denied unless something is allowed."""
    if not allowed:
        raise Denied(Right.PUBLISH_DOCUMENTS)


def _reaches(membership: Membership, document: Document, right: Right) -> bool:
    if membership.agency_id != document.agency_id or right not in RIGHTS[membership.role]:
        return False
    return membership.role not in UNIT_ROLES or document.unit_id in (None, membership.unit_id)
