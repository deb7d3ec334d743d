"""Forms of billing: an invoice, its payment, what is done with one press."""

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice, PaymentMethod
from homeo.base.forms import BaseForm, BaseModelForm, OnceFormMixin, VersionFormMixin


class InvoiceForm(BaseModelForm):
    """Amount, what for, and until when."""

    class Meta:
        model = Invoice
        fields = ["amount", "description", "due_date"]
        widgets = {
            "amount": forms.NumberInput({"step": "0.01", "min": "0", "inputmode": "decimal"}),
            "due_date": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "description": _("Such as “Follow-up” or “Medicines”. Never a complaint or a diagnosis: bills are open."),
        }


class InvoiceCreateForm(OnceFormMixin, InvoiceForm):
    """A new invoice; without a due date it gets 14 days."""

    class Meta(InvoiceForm.Meta):
        help_texts = InvoiceForm.Meta.help_texts | {"due_date": _("Empty for 14 days from today.")}


class InvoiceUpdateForm(VersionFormMixin, InvoiceForm):
    """A correction of an open invoice."""


class PaymentForm(OnceFormMixin, BaseForm):
    """How the whole amount, as it was shown, was paid."""

    amount = forms.DecimalField(max_digits=10, decimal_places=2, widget=forms.HiddenInput)
    payment_method = forms.ChoiceField(label=_("Paid by"), choices=PaymentMethod, widget=forms.RadioSelect)
    payment_reference = forms.CharField(
        label=_("Reference"),
        max_length=Invoice._meta.get_field("payment_reference").max_length,
        required=False,
        help_text=_("Such as the number on the card slip or of the transfer."),
    )


class ConfirmForm(OnceFormMixin, BaseForm):
    """A yes, once."""
