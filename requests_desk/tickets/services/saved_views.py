"""Keep and forget one's own ways of looking at the queue."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets.models import SavedView
from requests_desk.tickets.services import refusing

MOST = 30
NAME_LENGTH = 60


class Refused(refusing.Refused):
    """This view cannot be kept. `fields` says what to change."""


def keep(user: User, *, name: str, query: str) -> SavedView:
    """Keep the filters of `query` under a name; the same name again takes the new filters. Raises Refused."""
    try:
        name = identifiers.clean_text(name)
    except identifiers.BadText as error:
        raise Refused({"name": [str(error)]}) from error
    if not name or len(name) > NAME_LENGTH:
        raise Refused({"name": [_("Please give the view a name of at most %(n)s letters.") % {"n": NAME_LENGTH}]})
    if not query:
        raise Refused({"name": [_("Please choose filters first: a view without any is the whole list.")]})
    with transaction.atomic():
        # The person's row stands for the list of their views: two tabs must not pass the limit together.
        User.objects.select_for_update().get(pk=user.pk)
        others = SavedView.objects.filter(user=user).exclude(name=name)
        if others.count() >= MOST:
            raise Refused({"name": [_("There are %(n)s views already. Please take one away first.") % {"n": MOST}]})
        return SavedView.objects.update_or_create(user=user, name=name, defaults={"query": query})[0]


def forget(user: User, pk: int) -> None:
    """Take one of one's own views away; what is not theirs, or gone already, stays as it is."""
    SavedView.objects.filter(user=user, pk=pk).delete()
