"""A patient whom a doctor treats, and files sent to the chart."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from homeo.base.fields import new_id
from homeo.demo.factories.clinical import ConsultationFactory


@pytest.fixture
def treated(doctor, patient):
    """A patient whom the doctor treats."""
    ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    return patient


@pytest.fixture
def send(doctor, client_of, treated):
    """A function that uploads files, pairs of name and content, and returns the answer."""
    client = client_of(doctor)

    def post(*chosen, headers=None, follow=False, **fields):
        sent = []
        for name, content in chosen:
            sent.append(SimpleUploadedFile("x", content, content_type="text/html"))
            sent[-1]._name = name
        data = {"form_token": new_id(), "title": "", "record_type": "scan", "recorded_on": "2026-10-02"} | fields
        url = reverse("patients:medicalrecord_create", args=[treated.pk])
        return client.post(url, data | {"file": sent}, headers=headers or {}, follow=follow)

    return post
