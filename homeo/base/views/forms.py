"""Pages with a form: one effect for each form that was filled in, and no overwriting of what somebody else saved."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import DatabaseError, transaction
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.generic import FormView, View
from django_htmx.http import HttpResponseClientRedirect

from homeo.base.errors import BusyError, DomainError, is_lock_timeout
from homeo.base.fields import CUID_LENGTH, new_id
from homeo.base.forms import TOKEN_FIELD, VERSION_FIELD
from homeo.base.messages import say_later
from homeo.base.models import Submission
from homeo.base.views.access import AccessMixin, ScopedObjectMixin


class SentBeforeError(Exception):
    """The form has had its effect already."""


def lead_on(request, url: str):
    """Answer a form with the next page, also one that htmx sent."""
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)


class PerformMixin:
    """Hand the valid form to `perform()`, one service call, and say what happened.

    `perform(form)` returns the changed object (or None); a `DomainError` of it is shown on the form. What happened is
    kept in a row of `submission`, with the change, and said by the next page.
    """

    def get_form_kwargs(self):
        """Tell the form who fills it in."""
        return super().get_form_kwargs() | {"user": self.request.user}

    def perform(self, form):
        """Make the change that the form asks for, through a service."""
        raise NotImplementedError

    def get_success_message(self) -> str:
        """Return what happened, in the person's words."""
        raise NotImplementedError

    def form_valid(self, form):
        """Make the change; a refusal ends the transaction that the page has begun."""
        self.form = form
        self.result = self.perform(form)
        return self.succeed()

    def form_invalid(self, form):
        """Show the form again with what was typed, as 422: nothing was changed."""
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_busy(self):
        """Show the form again with what was typed: somebody else held the row, or sent this form, for too long."""
        form = self.get_form()
        if form.is_valid():
            form.add_domain_error(BusyError())
        return self.form_invalid(form)

    def succeed(self):
        """Keep the answer, then give it."""
        self.keep()
        return self.go_on()

    def keep(self) -> None:
        """Write down what happened and where to go on, with the change itself."""
        self.submission.message = str(self.get_success_message())[:500]
        self.submission.redirect_to = str(self.get_success_url())
        if not self.submission.keep():
            raise SentBeforeError

    def go_on(self):
        """Answer with the next page, which says what happened."""
        response = lead_on(self.request, self.submission.redirect_to)
        say_later(self.request, response, self.submission)
        return response


class OnceMixin(PerformMixin):
    """A form that creates something: its one-time token gives it one effect, however often it is sent.

    The token is written with the effect. Sent twice at once, the form that comes second waits there, is undone, and is
    answered as the first; one that was refused for what the first did, too.
    """

    def post(self, request, *args, **kwargs):
        """Handle the form; a token that has had its effect is answered as success."""
        token = request.POST.get(TOKEN_FIELD, "")
        if len(token) != CUID_LENGTH:
            raise BadRequest("The form carries no token.")
        self.submission = Submission(token=token, user_id=request.user.pk, path=request.path)
        try:
            with transaction.atomic():
                response = super().post(request, *args, **kwargs)
                if self.submission.redirect_to:
                    return response
                transaction.set_rollback(True)
        except SentBeforeError:
            return self.repeat(Submission.objects.get(pk=token))
        except DomainError as error:
            # Told after the transaction, so that nobody waits for its locks meanwhile.
            self.form.add_domain_error(error)
            response = None
        except DatabaseError as error:
            if not is_lock_timeout(error):
                raise
            return self.form_busy()
        if before := Submission.objects.filter(pk=token).first():
            return self.repeat(before)
        return response or self.form_invalid(self.form)

    def claim(self) -> None:
        """Take the token before the change, for one that leaves things outside of the database."""
        if not self.submission.keep():
            raise SentBeforeError

    def repeat(self, before: Submission):
        """Answer a form that was sent before with the same success."""
        if (before.user_id, before.path) != (self.request.user.pk, self.request.path):
            raise BadRequest("The token belongs to another form.")
        self.submission = before
        return self.go_on()


class VersionedMixin(PerformMixin):
    """A form that changes a row: a save against an older version is refused with 409 and shown beside what is stored.

    The row is locked from the comparison to the save. `form.instance` is the locked row where the form is a ModelForm.
    """

    def get_initial(self):
        """Start with the version of the row that is shown."""
        return super().get_initial() | {VERSION_FIELD: self.object.version}

    def get_form_kwargs(self):
        """Bind a ModelForm to the row."""
        kwargs = super().get_form_kwargs()
        if hasattr(self.get_form_class(), "_meta"):
            kwargs["instance"] = self.object
        return kwargs

    def post(self, request, *args, **kwargs):
        """Lock the row, compare versions, then handle the form."""
        # For the words of success alone: a form that is sent again is told by its version.
        self.submission = Submission(token=new_id(), user_id=request.user.pk, path=request.path)
        try:
            with transaction.atomic():
                self.object = self.lock_object()
                if self.is_stale():
                    return self.conflict()
                return super().post(request, *args, **kwargs)
        except DomainError as error:
            # Told after the transaction, so that nobody waits for its locks meanwhile.
            self.form.add_domain_error(error)
            return self.form_invalid(self.form)
        except DatabaseError as error:
            if not is_lock_timeout(error):
                raise
            return self.form_busy()

    def is_stale(self) -> bool:
        """Tell whether the row has changed since the form was shown."""
        return self.request.POST.get(VERSION_FIELD) != self.object.version

    def lock_object(self):
        """Return the row, locked. A view whose change also locks rows that others lock first, locks those here."""
        return self.get_object(self.get_queryset().select_for_update(of=("self",), no_key=True))

    def conflict(self):
        """Show what was typed beside what is stored; a save that asks for what is stored already is a success."""
        stored = self.get_object()
        form = self.get_form()
        form.is_valid()
        differences = form.differences(stored)
        if not differences and not form.errors:
            return self.form_stored(form)
        data = form.data.copy()
        data[form.add_prefix(VERSION_FIELD)] = stored.version
        form.data = data
        self.object = stored
        conflict = {"differences": differences, "stored": stored, "saved_by": self.get_saved_by(stored)}
        context = self.get_context_data(form=form, conflict=conflict)
        return self.render_to_response(context, status=409)

    def get_saved_by(self, stored):
        """Return who saved `stored` since it was shown, None where its own history does not tell."""
        last = stored.history.select_related("history_user").first() if hasattr(stored, "history") else None
        is_since = last and last.updated_at.isoformat() > self.request.POST.get(VERSION_FIELD, "")
        return last.history_user if is_since else None

    def form_stored(self, form):
        """Answer a stale save of what is stored already, such as the second of a double click, as a success."""
        return self.succeed()

    def get_success_message(self) -> str:
        """Return what happened, in the person's words."""
        return _("Saved.")


class OnceFormView(OnceMixin, AccessMixin, FormView):
    """A page with a form that creates something."""


class VersionedFormView(VersionedMixin, ScopedObjectMixin, FormView):
    """A page with a form that changes one row of the person's."""


class ActionView(ScopedObjectMixin, View):
    """A button that changes one row of the person's: POST only; doing it twice is refused by the row's status."""

    http_method_names = ["post"]

    def perform(self):
        """Make the change, through a service."""
        raise NotImplementedError

    def get_success_message(self) -> str:
        """Return what happened, in the person's words."""
        raise NotImplementedError

    def get_success_url(self) -> str:
        """Return where to go on, whether the change was made or not."""
        raise NotImplementedError

    def post(self, request, *args, **kwargs):
        """Make the change, say what happened or why not, and go on."""
        try:
            with transaction.atomic():
                self.result = self.perform()
        except DomainError as error:
            messages.error(request, error.message)
        except DatabaseError as error:
            if not is_lock_timeout(error):
                raise
            messages.error(request, BusyError().message)
        else:
            messages.success(request, self.get_success_message())
        return HttpResponseRedirect(self.get_success_url())
