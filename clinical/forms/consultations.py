"""Forms of consultations."""

from django import forms
from django.utils.translation import gettext_lazy as _

from clinical.models import Consultation
from clinical.services import TEXTS
from homeo.base.forms import BaseForm, BaseModelForm, OnceFormMixin, VersionFormMixin


class ConfirmForm(OnceFormMixin, BaseForm):
    """A step that is asked for on a page of its own: nothing to fill in, one effect."""


class ConsultationForm(VersionFormMixin, BaseModelForm):
    """What the doctor writes."""

    class Meta:
        model = Consultation
        fields = TEXTS
        widgets = {name: forms.Textarea({"rows": rows}) for name, rows in zip(TEXTS, (5, 2, 4, 3), strict=True)}
        help_texts = {"complaints": _("In the patient’s own words. Needed to complete the consultation.")}
