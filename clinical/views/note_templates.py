"""A doctor's templates of notes: kept out of a note, changed."""

import json

from django.http import HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _

from clinical import services
from clinical.forms.note_templates import NoteTemplateCreateForm, NoteTemplateUpdateForm
from clinical.models import Snippet
from clinical.sheet import Sheet
from clinical.views.consultations import OwnConsultationMixin
from homeo.base.views import OnceFormView, VersionedFormView


class NoteTemplateCreateView(OwnConsultationMixin, OnceFormView):
    """Keep what stands in a note as a template: first the note's form comes, then its name."""

    permission_required = "clinical.change_own_snippet"
    form_class = NoteTemplateCreateForm
    template_name = "clinical/note_template_create.html"
    success_url = reverse_lazy("clinical:snippet_list")

    def get(self, request, *args, **kwargs):
        """Go back to the note: only its form leads here."""
        return HttpResponseRedirect(self.get_note_url())

    def post(self, request, *args, **kwargs):
        """Ask for a name, or keep the template."""
        if "title" in request.POST:
            return super().post(request, *args, **kwargs)
        posted = dict(Sheet.from_post(dict(request.POST.lists())).as_post().lists())
        form = self.get_form_class()(initial={"parts": json.dumps(posted)}, user=request.user)
        return self.render_to_response(self.get_context_data(form=form))

    def get_note_url(self) -> str:
        """Return the page on which the note is written."""
        return reverse("clinical:consultation_update", args=[self.object.pk])

    def perform(self, form):
        """Keep it."""
        values = {name: form.cleaned_data[name] for name in ("title", "parts", "is_favourite")}
        return services.save_snippet(actor=self.request.user, **values)

    def get_success_url(self) -> str:
        """Go on writing."""
        return self.get_note_url()

    def get_success_message(self) -> str:
        """Say how it is used."""
        return _("The template “%(title)s” is kept: find it under “More” in every note.") % {"title": self.result.title}


class NoteTemplateUpdateView(VersionedFormView):
    """A template that is changed, by the form of a note; `add_row` shows another complaint and saves nothing."""

    permission_required = "clinical.change_own_snippet"
    queryset = Snippet.objects.templates()
    form_class = NoteTemplateUpdateForm
    template_name = "clinical/note_template_update.html"
    success_url = reverse_lazy("clinical:snippet_list")

    def get_form_kwargs(self):
        """Tell the form which template it is; what it is made of is a note's."""
        kwargs = super().get_form_kwargs() | {"template": self.object}
        del kwargs["instance"]
        return kwargs

    def post(self, request, *args, **kwargs):
        """Show another complaint, or save."""
        if "add_row" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.get_form()
        return self.render_to_response(self.get_context_data(form=form.with_another_row()))

    def perform(self, form):
        """Keep the change."""
        values = {name: form.cleaned_data[name] for name in ("title", "is_favourite")}
        return services.save_snippet(
            actor=self.request.user, snippet=self.object, parts=form.sheet.as_parts(), **values
        )

    def get_success_message(self) -> str:
        """Name it."""
        return _("“%(title)s” is saved.") % {"title": self.object.title}
