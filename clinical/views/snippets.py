"""A doctor's snippets: the page, which has her templates of notes too, and the list that opens while typing."""

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.generic import ListView

from clinical import services
from clinical.forms.snippets import SnippetCreateForm, SnippetUpdateForm
from clinical.models import Snippet
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
    """A text that is changed."""

    permission_required = "clinical.change_own_snippet"
    queryset = Snippet.objects.texts()
    form_class = SnippetUpdateForm
    template_name = "clinical/snippet_form.html"
    success_url = reverse_lazy("clinical:snippet_list")

    def perform(self, form):
        """Keep the change."""
        values = {name: form.cleaned_data[name] for name in form.Meta.fields}
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
