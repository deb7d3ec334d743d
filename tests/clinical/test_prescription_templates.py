"""Favourites and templates of prescriptions: kept, put in, the doctor's own."""

import pytest
from django.urls import reverse

from clinical import services
from clinical.models import Prescription, PrescriptionTemplate
from homeo.base.errors import DomainError
from homeo.demo.factories.clinical import PrescriptionTemplateFactory, TemplateItemFactory
from tests.clinical.conftest import LINE, prescription_data
from tests.clinical.prescribed import given, remedy, url, written

pytestmark = pytest.mark.django_db


def test_a_line_is_kept_as_a_favourite_and_put_in_again(at_work, new, doctor):
    data = prescription_data(written("nux-v", "200", duration="7"), {"medicine_name": "half"})
    response = at_work.post(new, data | {"keep": "items-0"})
    template = PrescriptionTemplate.objects.get()
    assert (template.name, template.doctor) == ("Nux vomica 200C", doctor)
    line = template.items.get()
    assert (line.remedy, line.potency, line.days) == (remedy("nux-v."), "200C", 7)
    assert "“Nux vomica 200C” is kept." in response.content.decode()
    assert [row["medicine_name"].value() for row in response.context["form"].items.forms] == ["nux-v", "half"]
    assert not Prescription.objects.exists()

    form = at_work.post(new, prescription_data() | {"insert": template.pk}).context["form"]
    assert [row["potency"].value() for row in form.items.forms] == ["200C"]


def test_all_lines_are_kept_under_a_name_and_the_same_name_holds_the_new_ones(at_work, new, doctor):
    colleague = TemplateItemFactory(template__name="Fever").template
    data = prescription_data(written("acon"), written("bell"), notes="Drink") | {"keep": "", "template_name": "Fever"}
    for _ in range(2):
        at_work.post(new, data)
    template = PrescriptionTemplate.objects.get(doctor=doctor)
    assert [item.medicine_name for item in template.items.order_by("position")] == ["Aconitum napellus", "Belladonna"]
    assert template.notes == "Drink"

    again = prescription_data(written("gels")) | {"keep": "", "template_name": " fever "}
    at_work.post(new, again)
    assert [item.medicine_name for item in template.items.all()] == ["Gelsemium sempervirens"]
    assert colleague.items.get().medicine_name == "Natrum muriaticum"
    assert template.history.exists()


@pytest.mark.parametrize(
    ("rows", "fields", "status"),
    [
        ([written("nux-v")], {"keep": "", "template_name": " "}, 200),
        ([], {"keep": "", "template_name": "Empty"}, 200),
        ([written("nux-v")], {"keep": "items-7"}, 200),
        ([written("nux-v", "Q")], {"keep": "", "template_name": "Wrong"}, 422),
        ([written("nux-v", dosage="")], {"keep": "items-0"}, 422),
    ],
)
def test_a_template_without_name_or_right_lines_is_refused(rows, fields, status, at_work, new):
    response = at_work.post(new, prescription_data(*rows) | fields)
    assert response.status_code == status
    assert not PrescriptionTemplate.objects.exists()
    page = response.content.decode()
    assert "note-danger" in page or "is-invalid" in page


def test_templates_are_the_doctors_own(at_work, doctor, new, client_of, admin, receptionist, patient):
    own = TemplateItemFactory(template__doctor=doctor, template__name="My own").template
    foreign = TemplateItemFactory(template__name="Of somebody else").template
    page = at_work.post(new, prescription_data(LINE) | {"templates": "1"}).content.decode()
    assert "My own" in page
    assert "Of somebody else" not in page
    listed = at_work.get(reverse("clinical:prescription_template_list"))
    assert list(listed.context["page_obj"]) == [own]
    assert at_work.post(url("prescription_template_archive", foreign)).status_code == 404
    for person in (admin, receptionist, patient.user):
        assert client_of(person).post(url("prescription_template_archive", own)).status_code == 403
        assert not PrescriptionTemplate.objects.for_user(person).exists()
    with pytest.raises(DomainError):
        services.archive_prescription_template(actor=doctor, template=foreign)

    assert at_work.post(url("prescription_template_archive", own), follow=True).status_code == 200
    own.refresh_from_db()
    assert own.is_archived
    assert "My own" not in at_work.post(new, prescription_data(LINE) | {"templates": "1"}).content.decode()
    at_work.post(new, prescription_data(written("acon")) | {"keep": "", "template_name": "My own"})
    assert PrescriptionTemplate.objects.filter(doctor=doctor, archived_at=None, name="My own").count() == 1


def test_templates_have_a_bound(doctor, monkeypatch):
    monkeypatch.setattr("clinical.services.prescription_templates.TEMPLATES_MAX", 1)
    services.keep_prescription_template(actor=doctor, name="One", items=[written("acon")])
    services.keep_prescription_template(actor=doctor, name="one", items=[written("bell")])
    with pytest.raises(DomainError, match="1 templates"):
        services.keep_prescription_template(actor=doctor, name="Two", items=[written("acon")])


@pytest.mark.parametrize("rows", [1, 50])
def test_the_page_costs_the_same_with_many_templates(rows, at_work, doctor, new, treated, django_assert_num_queries):
    given(treated, doctor, "sulph.")
    for template in PrescriptionTemplateFactory.create_batch(rows, doctor=doctor):
        TemplateItemFactory(template=template)
    with django_assert_num_queries(7):
        at_work.get(new)
    with django_assert_num_queries(11):
        at_work.post(new, prescription_data(written("nux-v")) | {"templates": "1"})
    with django_assert_num_queries(5):
        at_work.get(reverse("clinical:prescription_template_list"), {"size": "50"})
