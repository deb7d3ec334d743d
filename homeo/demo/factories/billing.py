"""Invoices."""

import factory

from billing.models import Invoice
from homeo.demo.factories.patients import PatientFactory


class InvoiceFactory(factory.django.DjangoModelFactory):
    """An open invoice."""

    class Meta:
        model = Invoice

    patient = factory.SubFactory(PatientFactory)
    amount = 600
    description = "Consultation"
