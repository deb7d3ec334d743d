"""What somebody sent after the session had ended: sealed into the sign-in page, and given back to the same person."""

from django.conf import settings
from django.core import signing

FIELD = "unsent"
COOKIE = "person"
SALT = "accounts.unsent"
MAX_AGE = 60 * 60
NOT_KEPT = {"csrfmiddlewaretoken", "next"}


def seal(request) -> str:
    """Return the form of a request, signed with its address and its person; "" where there is nothing to keep.

    Whose it is, the cookie of the last sign-in tells. Passwords and files are not kept.
    """
    person = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=None)
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name not in NOT_KEPT]
    if not person or not fields or any("password" in name for name, _ in fields):
        return ""
    kept = {"person": person, "path": request.get_full_path(), "fields": fields}
    return signing.dumps(kept, salt=SALT, compress=True)


def unseal(text: str) -> dict | None:
    """Return what `seal` kept within the last hour: `person`, `path` and `fields`, pairs of name and value."""
    try:
        return signing.loads(text, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None


def remember(response, user) -> None:
    """Note in the browser who signed in last, for longer than the session lives."""
    response.set_signed_cookie(
        COOKIE,
        user.pk,
        salt=SALT,
        max_age=2 * settings.SESSION_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
