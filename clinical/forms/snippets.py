"""Forms of snippets and templates."""

import json

from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.models import Snippet
from clinical.sheet import Sheet
from homeo.base.forms import BaseForm, BaseModelForm, OnceFormMixin, VersionFormMixin

PARTS_MAX = 100_000


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
        same = (
            Snippet.objects.for_user(self.user).filter(title=cleaned_data.get("title", "")).exclude(pk=self.instance.pk)
        )
        if same.exists():
            self.add_error("title", _("You have a snippet of this name already."))
        if "text" in cleaned_data and not cleaned_data["text"] and not self.instance.parts:
            self.add_error("text", _("Write the text that it stands for."))
        return cleaned_data


class SnippetCreateForm(OnceFormMixin, SnippetFormMixin):
    """A new snippet."""


class SnippetUpdateForm(VersionFormMixin, SnippetFormMixin):
    """A changed snippet, or the name of a template."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.is_template:
            del self.fields["text"]


class TemplateCreateForm(OnceFormMixin, BaseForm):
    """A new template: a name for what stood in the note, which travels along as JSON."""

    title = forms.CharField(label=_("Name"), max_length=80)
    is_favourite = forms.BooleanField(label=_("Favourite"), required=False)
    parts = forms.CharField(widget=forms.HiddenInput, max_length=PARTS_MAX)

    def clean_title(self):
        """Refuse a name that is taken."""
        title = self.cleaned_data["title"]
        if Snippet.objects.for_user(self.user).filter(title=title).exists():
            raise forms.ValidationError(_("You have a snippet of this name already."))
        return title

    def clean_parts(self) -> dict:
        """Return what stood in the note, without anything else."""
        try:
            posted = json.loads(self.cleaned_data["parts"])
            parts = Sheet.from_post(
                {str(name): [str(one) for one in values] for name, values in posted.items()}
            ).as_parts()
        except (ValueError, AttributeError, TypeError) as error:
            raise forms.ValidationError(_("The note could not be read. Go back to it and try again.")) from error
        if not parts:
            raise forms.ValidationError(_("Nothing stands in the note yet."))
        return parts
