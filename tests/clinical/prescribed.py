"""What the tests of prescribing share."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from clinical.models import Remedy
from homeo.demo.factories.clinical import PrescriptionFactory, PrescriptionItemFactory
from tests.clinical.conftest import LINE


def url(name, obj):
    return reverse(f"clinical:{name}", args=[obj.pk])


def remedy(abbreviation):
    return Remedy.objects.get(abbreviation=abbreviation)


def written(name, potency="30C", **fields):
    return LINE | {"form": "GLOBULES", "quantity": "", "medicine_name": name, "potency": potency} | fields


def given(patient, doctor, abbreviation, *, days_ago=0, **fields):
    """Make a signed prescription of one remedy, so many days ago."""
    at = timezone.now() - dt.timedelta(days=days_ago)
    prescription = PrescriptionFactory(patient=patient, doctor=doctor, created_at=at, signed_at=at)
    found = remedy(abbreviation)
    PrescriptionItemFactory(prescription=prescription, remedy=found, medicine_name=found.name, **fields)
    return prescription
