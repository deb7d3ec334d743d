"""A doctor's snippets and templates: the page, the list that opens while typing."""

import json

from django.http import HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.generic import ListView

from clinical import services
from clinical.forms.snippets import SnippetCreateForm, SnippetUpdateForm, TemplateCreateForm
from clinical.models import Snippet
from clinical.sheet import Sheet
from clinical.views.consultations import OwnConsultationMixin
from homeo.base.views import ActionView, OnceFormView, ScopedMixin, VersionedFormView

MENU_MOST = 300


class SnippetListView(ScopedMixin, ListView):
    """All texts and templates of the doctor's."""

    permission_required = "clinical.change_own_snippet"
    queryset = Snippet.objects.favourites_first()
    template_name = "clinical/snippet_list.html"
    paginate_by = 100


class SnippetMenuView(ScopedMixin, ListView):
    """The texts that the semicolon opens, as a part of a page."""

    permission_required = "clinical.change_own_snippet"
    queryset = Snippet.objects.texts().favourites_first()
    template_name = "clinical/_snippet_menu.html"

    def get_queryset(self):
        """Return as many as can be filtered while typing."""
        return super().get_queryset()[:MENU_MOST]


class SnippetCreateView(OnceFormView):
    """A new text."""

    permission_required = "clinical.change_own_snippet"
    form_class = SnippetCreateForm
    template_name = "clinical/snippet_form.html"
    success_url = reverse_lazy("clinical:snippet_list")

    def perform(self, form):
        """Keep it."""
        values = {name: form.cleaned_data[name] for name in form.Meta.fields}
        return services.save_snippet(actor=self.request.user, **values)

    def get_success_message(self) -> str:
        """Say how it is used."""
        return _("“%(title)s” is kept: type ; in a note to use it.") % {"title": self.result.title}


class SnippetUpdateView(VersionedFormView):
    """A text that is changed, or a template's name."""

    permission_required = "clinical.change_own_snippet"
    queryset = Snippet.objects.all()
    form_class = SnippetUpdateForm
    template_name = "clinical/snippet_form.html"
    success_url = reverse_lazy("clinical:snippet_list")

    def perform(self, form):
        """Keep the change."""
        values = {name: form.cleaned_data[name] for name in form.Meta.fields if name in form.cleaned_data}
        return services.save_snippet(actor=self.request.user, snippet=self.object, **values)


class SnippetRemoveView(ActionView):
    """Take one away."""

    permission_required = "clinical.change_own_snippet"
    queryset = Snippet.objects.all()

    def perform(self):
        """Take it away."""
        services.remove_snippet(actor=self.request.user, snippet=self.object)

    def get_success_url(self) -> str:
        """Go back to the list."""
        return reverse("clinical:snippet_list")

    def get_success_message(self) -> str:
        """Name it."""
        return _("“%(title)s” is taken away.") % {"title": self.object.title}


class SnippetFavouriteView(SnippetRemoveView):
    """Put one before the others, or back among them."""

    def perform(self):
        """Turn the mark."""
        services.save_snippet(actor=self.request.user, snippet=self.object, is_favourite=not self.object.is_favourite)

    def get_success_message(self) -> str:
        """Say where it stands."""
        words = (
            _("“%(title)s” is no favourite any more.") if self.object.is_favourite else _("“%(title)s” stands first.")
        )
        return words % {"title": self.object.title}


class TemplateCreateView(OwnConsultationMixin, OnceFormView):
    """Keep what stands in a note as a template: first the note's form comes, then its name."""

    permission_required = "clinical.change_own_snippet"
    form_class = TemplateCreateForm
    template_name = "clinical/template_create.html"
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
