"""Pages of billing: the list, an invoice and its receipt, payment, refund, archive."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from billing import services
from billing.filters import InvoiceFilter
from billing.forms import ConfirmForm, InvoiceCreateForm, InvoiceUpdateForm, PaymentForm
from billing.models import Invoice
from homeo.base.templatetags.homeo import money
from homeo.base.views import ListPageView, OnceFormView, ScopedObjectMixin, VersionedFormView
from patients.models import Patient


class InvoiceListView(ListPageView):
    """Invoices: all for the front desk and admins, a patient's own."""

    permission_required = "billing.view_invoice"
    export_permission = "billing.export_invoice"
    queryset = Invoice.objects.select_related("patient__user")
    template_name = "billing/invoice_list.html"
    filterset_class = InvoiceFilter
    orderings = {
        "-issued": ("-created_at", "-pk"),
        "issued": ("created_at", "pk"),
        "number": ("invoice_no",),
        "patient": ("patient__user__search_name", "-created_at", "pk"),
        "due": ("due_date", "pk"),
        "status": ("payment_status", "-created_at", "pk"),
        "amount": ("amount", "pk"),
    }
    csv_columns = [
        (gettext_lazy("Number"), lambda invoice: invoice.number),
        (gettext_lazy("Patient"), lambda invoice: invoice.patient.name),
        (gettext_lazy("File number"), lambda invoice: invoice.patient.file_number),
        (gettext_lazy("For"), lambda invoice: invoice.description),
        (gettext_lazy("Amount"), lambda invoice: invoice.amount),
        (gettext_lazy("Status"), lambda invoice: invoice.state_label),
        (gettext_lazy("Issued"), lambda invoice: timezone.localdate(invoice.created_at)),
        (gettext_lazy("Due"), lambda invoice: invoice.due_date),
        (gettext_lazy("Paid"), lambda invoice: invoice.paid_date and timezone.localdate(invoice.paid_date)),
        (gettext_lazy("Paid by"), lambda invoice: invoice.get_payment_method_display()),
    ]

    def search(self, queryset, text):
        """Find by the patient's name, phone or file number, or by the invoice's number; latest first."""
        return queryset.found(text, user=self.request.user).order_by("-created_at", "-pk")

    def get_context_data(self, **kwargs):
        """Add what is open of the invoices that the filters leave."""
        return super().get_context_data(**{"open_total": self.object_list.open().total()} | kwargs)


class InvoiceDetailView(ScopedObjectMixin, TemplateView):
    """One invoice; a receipt once it is paid."""

    permission_required = "billing.view_invoice"
    queryset = Invoice.objects.select_related("patient__user", "received_by")
    template_name = "billing/invoice_detail.html"


class InvoiceCreateView(ScopedObjectMixin, OnceFormView):
    """Make an invoice for a patient."""

    permission_required = "billing.add_invoice"
    queryset = Patient.objects.with_account()
    form_class = InvoiceCreateForm
    template_name = "billing/invoice_create.html"

    def perform(self, form):
        """Make the invoice."""
        values = {name: form.cleaned_data[name] for name in form.Meta.fields}
        return services.create_invoice(actor=self.request.user, patient=self.object, **values)

    def get_success_message(self):
        """Name the invoice, the patient and the amount."""
        values = {"number": self.result.number, "name": self.object.name, "amount": money(self.result.amount)}
        return _("%(number)s for %(name)s is made: %(amount)s.") % values

    def get_success_url(self):
        """Go on to the invoice."""
        return reverse("billing:invoice_detail", args=[self.result.pk])


class OfInvoiceMixin:
    """A page that changes one invoice; where that cannot be, it says so on the invoice's own page."""

    queryset = Invoice.objects.select_related("patient__user")

    def is_possible(self) -> bool:
        """Tell whether the invoice stands so that the change can be made."""
        return self.object.is_open

    def get(self, request, *args, **kwargs):
        """Show the form, or lead back to the invoice."""
        if not self.is_possible():
            state = _("Archived") if self.object.is_archived else self.object.state_label
            messages.warning(request, _("This invoice is “%(state)s”, so this cannot be done.") % {"state": state})
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_success_url(self):
        """Go back to the invoice."""
        return reverse("billing:invoice_detail", args=[self.object.pk])


class InvoiceUpdateView(OfInvoiceMixin, VersionedFormView):
    """Correct an open invoice."""

    permission_required = "billing.change_invoice"
    form_class = InvoiceUpdateForm
    template_name = "billing/invoice_update.html"

    def perform(self, form):
        """Save the correction."""
        values = {name: form.cleaned_data[name] for name in form.Meta.fields}
        return services.change_invoice(actor=self.request.user, invoice=self.object, **values)

    def get_success_message(self):
        """Name the invoice."""
        return _("%(number)s is saved.") % {"number": self.object.number}


class InvoicePayView(OfInvoiceMixin, ScopedObjectMixin, OnceFormView):
    """Take the payment of an open invoice."""

    permission_required = "billing.take_payment"
    form_class = PaymentForm
    template_name = "billing/invoice_pay.html"

    def get_initial(self):
        """Start with the amount that the page shows."""
        return super().get_initial() | {"amount": self.object.amount}

    def perform(self, form):
        """Take the payment."""
        values = {name: form.cleaned_data[name] for name in ("amount", "payment_method", "payment_reference")}
        return services.take_payment(actor=self.request.user, invoice=self.object, **values)

    def get_success_message(self):
        """Say what was received from whom."""
        values = {"amount": money(self.object.amount), "name": self.object.patient.name, "number": self.object.number}
        return _("%(amount)s received from %(name)s for %(number)s.") % values


class InvoiceRefundView(OfInvoiceMixin, ScopedObjectMixin, OnceFormView):
    """Note, once asked, that a paid invoice was paid back."""

    permission_required = "billing.take_payment"
    form_class = ConfirmForm
    template_name = "billing/invoice_refund.html"

    def is_possible(self) -> bool:
        """Tell whether the invoice is paid."""
        return self.object.payment_status == Invoice.PaymentStatus.COMPLETED

    def perform(self, form):
        """Note the refund."""
        return services.refund_invoice(actor=self.request.user, invoice=self.object)

    def get_success_message(self):
        """Say what was paid back to whom."""
        values = {"amount": money(self.object.amount), "name": self.object.patient.name, "number": self.object.number}
        return _("%(amount)s paid back to %(name)s for %(number)s.") % values


class InvoiceArchiveView(OfInvoiceMixin, ScopedObjectMixin, OnceFormView):
    """Put away, once asked, an invoice that was made by mistake."""

    permission_required = "billing.change_invoice"
    form_class = ConfirmForm
    template_name = "billing/invoice_archive.html"

    def perform(self, form):
        """Archive it."""
        return services.archive_invoice(actor=self.request.user, invoice=self.object)

    def get_success_message(self):
        """Name the invoice."""
        return _("%(number)s is archived.") % {"number": self.object.number}
