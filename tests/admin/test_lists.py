"""Lists of the Django admin: searched without names in addresses, and equally cheap however long."""

import pytest
from django.urls import reverse

from homeo.base.fields import new_id
from tests.admin.conftest import tables

ROWS = 50


def changelist(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def more_of(row):
    """Make 50 rows more of the kind of `row`, each with people of its own where the table allows it only once."""
    from homeo.demo.factories import accounts, billing, clinical, patients, scheduling

    factories = {
        "User": accounts.UserFactory,
        "Patient": patients.PatientFactory,
        "Guardian": patients.GuardianFactory,
        "MedicalRecord": patients.MedicalRecordFactory,
        "Doctor": scheduling.DoctorFactory,
        "DoctorAvailability": scheduling.DoctorAvailabilityFactory,
        "DoctorBreak": scheduling.DoctorBreakFactory,
        "HoursException": scheduling.HoursExceptionFactory,
        "TimeOff": scheduling.TimeOffFactory,
        "Closure": scheduling.ClosureFactory,
        "VisitType": scheduling.VisitTypeFactory,
        "VisitSeries": scheduling.VisitSeriesFactory,
        "WaitingEntry": scheduling.WaitingEntryFactory,
        "SlotOffer": scheduling.SlotOfferFactory,
        "Notice": scheduling.NoticeFactory,
        "NoticePreference": scheduling.NoticePreferenceFactory,
        "CalendarFeed": scheduling.CalendarFeedFactory,
        "Appointment": scheduling.AppointmentFactory,
        "Consultation": clinical.ConsultationFactory,
        "Prescription": clinical.PrescriptionFactory,
        "PrescriptionItem": clinical.PrescriptionItemFactory,
        "Remedy": clinical.RemedyFactory,
        "PrescriptionTemplate": clinical.PrescriptionTemplateFactory,
        "TemplateItem": clinical.TemplateItemFactory,
        "RemedyRelation": clinical.RemedyRelationFactory,
        "Letter": clinical.LetterFactory,
        "FollowUp": clinical.FollowUpFactory,
        "Complaint": clinical.ComplaintFactory,
        "ComplaintResponse": clinical.ComplaintResponseFactory,
        "NoteDraft": clinical.NoteDraftFactory,
        "SignedNote": clinical.SignedNoteFactory,
        "Snippet": clinical.SnippetFactory,
        "Invoice": billing.InvoiceFactory,
    }
    if factory := factories.get(type(row).__name__):
        factory.create_batch(ROWS)
    elif type(row).__name__ == "NameWord":
        for _n in range(ROWS):
            accounts.UserFactory(last_name=new_id())


@pytest.mark.parametrize(
    "model",
    [m for m in tables() if m.__name__ not in {"AuditLog", "Submission", "SchedulingRules"}],
    ids=lambda model: model.__name__,
)
def test_a_long_list_costs_what_a_short_one_costs(model, rows, admin, client_of, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(admin)
    client.get(changelist(model))
    with CaptureQueriesContext(connection) as short:
        client.get(changelist(model))
    more_of(rows[model])
    assert len(short) <= 12
    with django_assert_num_queries(len(short)):
        response = client.get(changelist(model))
    assert response.context["cl"].result_count > ROWS


def test_a_search_finds_by_name_and_keeps_it_out_of_the_address(admin, client_of):
    from homeo.demo.factories.patients import PatientFactory
    from patients.models import Patient

    wanted = PatientFactory(user__first_name="Zubeida")
    PatientFactory()
    client = client_of(admin)
    response = client.post(changelist(Patient), {"q": "zubeida"})
    assert response.status_code == 302
    assert "zubeida" not in response.url.lower()
    page = client.get(response.url)
    assert [patient.pk for patient in page.context["cl"].result_list] == [wanted.pk]
    assert 'value="zubeida"' in page.content.decode()


@pytest.mark.parametrize("text", ["Secretum", "Secretum 1"])
def test_clinical_text_is_not_searched(text, rows, admin, client_of):
    client = client_of(admin)
    for model in rows:
        response = client.post(changelist(model), {"q": text}, follow=True)
        if response.context["cl"].search_fields:
            assert response.context["cl"].result_count == 0, model


@pytest.mark.parametrize("model", tables(), ids=lambda model: model.__name__)
def test_a_search_for_a_patient_finds_the_rows(model, rows, admin, client_of):
    from patients.models import Patient

    if not any(getattr(field, "related_model", None) is Patient for field in model._meta.concrete_fields):
        pytest.skip("rows of no patient")
    client = client_of(admin)
    for text in (rows[Patient].file_number, rows[Patient].user.last_name):
        page = client.post(changelist(model), {"q": text}, follow=True)
        assert rows[model] in page.context["cl"].result_list


@pytest.mark.parametrize("query", ["q=unknown", "p=99999", "o=99.-1", "e=1", "status__exact=NONSENSE"])
def test_odd_addresses_are_answered(query, rows, admin, client_of):
    from accounts.models import User

    assert client_of(admin).get(f"{changelist(User)}?{query}", follow=True).status_code == 200


def test_archived_rows_are_filtered(rows, admin, client_of):
    from patients import services
    from patients.models import Patient

    services.archive_patient(actor=admin, patient=rows[Patient])
    client = client_of(admin)
    for value, found in [("yes", 1), ("no", 0)]:
        page = client.get(changelist(Patient), {"archived": value})
        listed = page.context["cl"].result_list
        assert (rows[Patient] in listed) is bool(found)
