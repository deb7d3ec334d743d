"""Forms of templates of notes."""

import json

from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.forms.consultations import ConsultationForm
from clinical.models import Snippet
from clinical.sheet import Sheet
from homeo.base.forms import BaseForm, OnceFormMixin

PARTS_MAX = 100_000
TITLE_MAX = Snippet._meta.get_field("title").max_length


class NoteTemplateCreateForm(OnceFormMixin, BaseForm):
    """A new template: a name for what stood in the note, which travels along as JSON."""

    title = forms.CharField(label=_("Name"), max_length=TITLE_MAX)
    is_favourite = forms.BooleanField(label=_("Favourite"), required=False)
    parts = forms.CharField(widget=forms.HiddenInput, max_length=PARTS_MAX)

    def clean_title(self):
        """Refuse a name that is taken."""
        title = self.cleaned_data["title"]
        if Snippet.objects.for_user(self.user).called(title).exists():
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


class NoteTemplateUpdateForm(ConsultationForm):
    """The parts of a template, as those of a note; it answers to no complaints and prescribes nothing."""

    title = forms.CharField(label=_("Name"), max_length=TITLE_MAX, widget=forms.TextInput({"autocomplete": "off"}))
    is_favourite = forms.BooleanField(label=_("Favourite"), required=False)

    def __init__(self, *args, template: Snippet, initial=None, **kwargs):
        initial = {"title": template.title, "is_favourite": template.is_favourite} | (initial or {})
        super().__init__(*args, stored=Sheet.from_parts(template.parts), initial=initial, **kwargs)
        self.template = template
        self.fields["complaints"].help_text = _("In the patient’s own words.")

    def with_another_row(self):
        """Return the form not sent, with everything that was typed and an empty complaint."""
        given = {name: self[name].value() for name in ("title", "is_favourite", "version")}
        form = type(self)(sheet=self.sheet, template=self.template, initial=given, user=self.user)
        form.rows.extra = 1
        return form

    def clean(self):
        """Refuse a name that is taken, and a template in which nothing stands."""
        cleaned_data = super().clean()
        same = Snippet.objects.for_user(self.user).called(cleaned_data.get("title", ""))
        if same.exclude(pk=self.template.pk).exists():
            self.add_error("title", _("You have a snippet of this name already."))
        if not self.sheet.as_parts():
            self.add_error(None, _("Nothing stands in the template."))
        return cleaned_data

    def differences(self, stored) -> list[dict]:
        """Return what was typed beside what `stored`, a snippet, holds."""
        found = [
            {"label": one.label, "typed": one.mine or _("empty"), "stored": one.theirs or _("empty")}
            for one in self.sheet.differences(Sheet.from_parts(stored.parts))
        ]
        return super().differences(stored) + found
