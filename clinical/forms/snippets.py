"""Forms of snippets."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.models import Snippet
from homeo.base.forms import BaseModelForm, OnceFormMixin, VersionFormMixin


class SnippetFormMixin(BaseModelForm):
    """A name, a text, and whether it stands first; the name is the doctor's only one."""

    class Meta:
        model = Snippet
        fields = ("title", "text", "is_favourite")
        widgets = {"text": forms.Textarea({"rows": 6})}
        help_texts = {"title": _("What you type after the semicolon finds it.")}

    def clean(self):
        """Refuse a name that is taken, and a snippet without a text."""
        cleaned_data = super().clean()
        same = Snippet.objects.for_user(self.user).called(cleaned_data.get("title", ""))
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("title", _("You have a snippet of this name already."))
        if "text" in cleaned_data and not cleaned_data["text"]:
            self.add_error("text", _("Write the text that it stands for."))
        return cleaned_data


class SnippetCreateForm(OnceFormMixin, SnippetFormMixin):
    """A new snippet."""


class SnippetUpdateForm(VersionFormMixin, SnippetFormMixin):
    """A changed snippet."""
