"""Messages between pages: in the session, except what a form has kept with its token."""

from django.conf import settings
from django.contrib.messages import SUCCESS, success
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.session import SessionStorage

from homeo.base.models import Submission

COOKIE = "done"
LIVES = 60


def say_later(request, response, submission: Submission) -> None:
    """Let the next page say what a form has done: a cookie takes its token there, never the words, which name people.

    The session, which would have to be written twice, is left alone, unless another form's words are still under way.
    """
    if COOKIE in request.COOKIES:
        success(request, submission.message)
        return
    flags = {"secure": settings.SESSION_COOKIE_SECURE, "httponly": True, "samesite": settings.SESSION_COOKIE_SAMESITE}
    response.set_signed_cookie(COOKIE, submission.token, max_age=LIVES, **flags)


class MessageStorage(SessionStorage):
    """The session's messages, and first that of the form whose token comes along."""

    def _get(self, *args, **kwargs):
        stored, is_all = super()._get(*args, **kwargs)
        return [*self._kept(), *(stored or [])], is_all

    def _kept(self) -> list[Message]:
        token = self.request.get_signed_cookie(COOKIE, None, max_age=LIVES)
        mine = Submission.objects.filter(pk=token, user_id=self.request.user.pk) if token else ()
        return [Message(SUCCESS, submission.message) for submission in mine]

    def update(self, response):
        """Forget what was shown, or is in the session now."""
        if (self.used or self.added_new) and COOKIE in self.request.COOKIES:
            response.delete_cookie(COOKIE, samesite=settings.SESSION_COOKIE_SAMESITE)
        return super().update(response)
