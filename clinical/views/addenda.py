"""Addenda to signed notes."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from clinical import services
from clinical.forms import AddendumForm
from clinical.models import Consultation, NoteDraft
from clinical.reading import read_note
from clinical.sheet import Sheet
from clinical.views.consultations import OwnConsultationMixin
from homeo.base.views import OnceFormView


class AddendumCreateView(OwnConsultationMixin, OnceFormView):
    """Add to one's own signed note, with the reason; `?draft=` starts with what another window had typed."""

    form_class = AddendumForm
    template_name = "clinical/addendum_create.html"

    def get(self, request, *args, **kwargs):
        """Show the form where the note is signed."""
        if self.object.status != Consultation.Status.COMPLETED:
            messages.error(request, _("Only a signed note takes an addendum; this one can still be written."))
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    @cached_property
    def draft(self) -> NoteDraft | None:
        """Return the draft that the address names."""
        drafts = NoteDraft.objects.for_user(self.request.user).filter(consultation=self.object)
        return drafts.filter(pk=self.request.GET.get("draft", "")[:24]).first()

    def get_initial(self):
        """Start with what the draft says differently."""
        initial = super().get_initial()
        if self.draft:
            note = read_note(self.request.user, self.object)
            differences = Sheet.from_post(self.draft.fields).spelled().differences(note.sheet, note.complaints)
            lines = [f"{one.label}: {one.mine}" for one in differences if one.mine]
            initial |= {"text": "\n\n".join(lines), "reason": _("Typed in another window, not signed")}
        return initial

    def perform(self, form):
        """Sign the addendum."""
        return services.add_addendum(
            actor=self.request.user,
            consultation=self.object,
            reason=form.cleaned_data["reason"],
            text=form.cleaned_data["text"],
            draft=self.draft,
        )

    def get_success_url(self) -> str:
        """Read the note with what was added."""
        return reverse("clinical:consultation_detail", args=[self.object.pk])

    def get_success_message(self) -> str:
        """Say that it is signed."""
        return _("The addendum is signed.")
