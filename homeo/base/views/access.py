"""Who may open a page, and which rows it may show."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator


class AccessMixin(PermissionRequiredMixin):
    """Ask for `permission_required`: a view without one fails, a person without it gets 403."""

    raise_exception = True


class PublicMixin:
    """A page that needs no sign-in, said aloud."""

    @method_decorator(login_not_required)
    def dispatch(self, request, *args, **kwargs):
        """Answer anybody."""
        return super().dispatch(request, *args, **kwargs)


class ScopedMixin(AccessMixin):
    """Rows are the ones that the person may see: `queryset` narrowed by `for_user()`."""

    def get_queryset(self):
        """Return the rows of `queryset` that belong to the person."""
        return super().get_queryset().for_user(self.request.user)


class ScopedObjectMixin(AccessMixin):
    """One row out of `queryset`, at `self.object` before the view's method runs; 404 for a row that is not yours.

    Where the row belongs to a patient (`audit_patient_id`), the page is recorded in the audit log.
    """

    queryset = None
    slug_url_kwarg = None

    def setup(self, request, *args, **kwargs):
        """Keep the request; the row is loaded once the permission is checked."""
        super().setup(request, *args, **kwargs)
        self.object = None

    def dispatch(self, request, *args, **kwargs):
        """Check the permission, load the row, then run the method."""
        if not self.has_permission():
            return self.handle_no_permission()
        self.object = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self):
        """Return the rows of `queryset` that belong to the person."""
        return self.queryset.all().for_user(self.request.user)

    def get_object(self, queryset=None):
        """Return the row named in the address, or raise 404."""
        pk = self.kwargs["pk"]
        if len(pk) > 24:
            raise Http404
        obj = get_object_or_404(self.get_queryset() if queryset is None else queryset, pk=pk)
        if patient_id := getattr(obj, "audit_patient_id", None):
            shows_patient(self.request, patient_id)
        return obj

    def get_context_data(self, **kwargs):
        """Add the row as `object`."""
        return super().get_context_data(**({"object": self.object} | kwargs))


def shows_patient(request, patient_id: str) -> None:
    """Note that the answer to `request` shows data of one patient; the audit middleware writes it down."""
    request.shown_patient_ids = getattr(request, "shown_patient_ids", set()) | {patient_id}
