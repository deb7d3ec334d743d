"""Private calendar feeds: making and revoking their addresses."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from homeo.base.errors import DomainError
from scheduling.models import CalendarFeed


@transaction.atomic
def open_calendar_feed(*, actor: User) -> CalendarFeed:
    """Make a private address at which a calendar program reads the person's visits.

    Raises:
        DomainError: there is one already.
    """
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if CalendarFeed.objects.for_user(actor).open().exists():
        raise DomainError(_("You have a private address already. Revoke it first to get a new one."))
    feed = CalendarFeed(user=actor)
    feed.full_clean()
    feed.save()
    return feed


@transaction.atomic
def revoke_calendar_feed(*, actor: User, feed: CalendarFeed) -> CalendarFeed:
    """Close the address for good.

    Raises:
        DomainError: it is closed already.
    """
    feed = CalendarFeed.objects.select_for_update(no_key=True).get(pk=feed.pk)
    if feed.revoked_at:
        raise DomainError(_("This address is revoked already."))
    feed.revoked_at = timezone.now()
    feed.save(update_fields=["revoked_at", "updated_at"])
    return feed
