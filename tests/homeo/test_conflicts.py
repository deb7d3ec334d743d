"""A save against an older version says who was first, and shows only what truly differs."""

import pytest
from django.urls import reverse

from accounts.services import change_identity
from clinical.services import write_consultation
from homeo.demo.factories.accounts import ReceptionistFactory
from homeo.demo.factories.clinical import ConsultationFactory


@pytest.fixture
def contact(patient, client_of):
    """A function that saves a city as a person, over the version of `seen`, an open form."""
    url = reverse("patients:patient_update", args=[patient.pk])

    def save(person, city, seen=None):
        form = seen or client_of(person).get(url).context["form"]
        typed = {name: form[name].value() or "" for name in form.fields} | {"city": city}
        return client_of(person).post(url, typed)

    save.open = lambda person: client_of(person).get(url).context["form"]
    return save


def test_it_says_who_saved_first(contact, receptionist):
    seen = contact.open(receptionist)
    colleague = ReceptionistFactory(last_name="Iyer")
    assert contact(colleague, "Mumbai").status_code == 302
    page = contact(receptionist, "Nagpur", seen)

    assert page.status_code == 409
    assert "Meera Iyer (Front desk) saved this while you were writing" in page.content.decode()


def test_it_says_that_it_was_oneself(contact, receptionist):
    seen = contact.open(receptionist)
    contact(receptionist, "Mumbai")
    page = contact(receptionist, "Nagpur", seen)

    assert "You saved this in another window" in page.content.decode()


def test_it_names_nobody_where_another_row_was_saved(contact, receptionist, patient):
    contact(ReceptionistFactory(last_name="Iyer"), "Mumbai")
    seen = contact.open(receptionist)
    user = patient.user
    change_identity(actor=receptionist, user=user, site="", email=user.email, first_name="Usha")
    page = contact(receptionist, "Nagpur", seen)

    assert page.status_code == 409
    assert "Somebody else saved this" in page.content.decode()
    assert "Iyer" not in page.content.decode()


def test_the_line_ends_of_a_browser_are_no_difference(doctor, client_of):
    consultation = ConsultationFactory(doctor=doctor, complaints="one\ntwo")
    url = reverse("clinical:consultation_update", args=[consultation.pk])
    version = consultation.version
    texts = {"complaints": "one\ntwo", "diagnosis": "other", "prescription": "", "notes": ""}
    write_consultation(actor=doctor, consultation=consultation, **texts)
    page = client_of(doctor).post(url, texts | {"complaints": "one\r\ntwo", "diagnosis": "mine", "version": version})

    assert page.status_code == 409
    assert [one.mine for one in page.context["conflict"]["differences"]] == ["mine"]
