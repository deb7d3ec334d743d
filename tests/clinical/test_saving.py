"""What saving asks the database: as much for one row as for many, with history and the audit log."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditLog
from clinical.models import Complaint, Consultation, Prescription, PrescriptionItem
from homeo.demo.factories.clinical import ComplaintFactory, ConsultationFactory
from tests.clinical.conftest import LINE, prescription_data
from tests.clinical.windows import Window

pytestmark = pytest.mark.django_db
UNCOUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT")


def asked(client, address, data) -> int:
    """Send a form that is accepted, and return how many queries it took."""
    with CaptureQueriesContext(connection) as queries:
        assert client.post(address, data).status_code == 302
    return sum(not query["sql"].startswith(UNCOUNTED) for query in queries)


@pytest.mark.parametrize("lines", [1, 6, 30])
def test_a_prescription_is_saved_with_as_many_queries_for_many_lines(lines, at_work, consultation):
    address = reverse("clinical:prescription_create", args=[consultation.pk])
    # Session, account, consultation, remedies, lock, relations, earlier lines, rows, token.
    assert asked(at_work, address, prescription_data(*[LINE] * lines)) <= 9
    items = PrescriptionItem.objects.all()
    assert items.count() == lines
    assert [item.history.get().history_type for item in items] == ["+"] * lines
    assert AuditLog.objects.filter(entity="PrescriptionItem", action=AuditLog.Action.CREATE).count() == lines


@pytest.mark.parametrize("rows", [1, 20])
def test_a_note_is_saved_with_as_many_queries_for_many_complaints(rows, at_work, consultation):
    data = {
        "version": consultation.version,
        "complaints": "Cannot go on like this",
        "complaint-TOTAL_FORMS": rows,
        "complaint-INITIAL_FORMS": 0,
    }
    data |= {f"complaint-{number}-name": f"Complaint {number}" for number in range(rows)}
    # Session, account, consultation, lock, prescription, complaints, rows, draft, words of success.
    assert asked(at_work, reverse("clinical:consultation_update", args=[consultation.pk]), data) == 9
    complaints = Complaint.objects.all()
    assert complaints.count() == rows
    assert [one.history.get().history_type for one in complaints] == ["+"] * rows
    assert AuditLog.objects.filter(entity="Complaint", action=AuditLog.Action.CREATE).count() == rows


@pytest.mark.parametrize("lines", [1, 6, 30])
def test_a_note_and_its_prescription_are_saved_with_as_many_queries_for_many_lines(lines, at_work, consultation):
    page = Window(at_work, consultation)
    data = page.typed(complaints="Cannot go on like this", **page.lines(*[LINE] * lines, advice="No coffee"))
    # Those of a note, and: drafts of other windows, remedies, relations, earlier lines.
    assert asked(at_work, page.path, data) == 13
    rows = [Consultation.objects.get(), Prescription.objects.get(), *PrescriptionItem.objects.all()]
    assert len(rows) == 2 + lines
    for row, action in zip(rows, ["UPDATE", *["CREATE"] * (1 + lines)], strict=True):
        record = row.history.latest()
        assert (record.history_user, record.updated_at) == (consultation.doctor, row.updated_at)
        entry = AuditLog.objects.get(entity_id=row.pk, action=action)
        assert (entry.user, entry.patient_id) == (consultation.doctor, consultation.patient_id)


@pytest.mark.parametrize(("name", "typed"), [("percent", "101"), ("value", "4"), ("value", "x")])
def test_what_lies_out_of_bounds_is_refused_by_the_form(name, typed, at_work, doctor, patient, consultation):
    earlier = ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    complaint = ComplaintFactory(consultation=earlier, patient=patient)
    data = {"version": consultation.version, "complaints": "Better", f"response-{complaint.pk}-now": "less"}
    data |= {f"response-{complaint.pk}-{name}": typed}
    answer = at_work.post(reverse("clinical:consultation_update", args=[consultation.pk]), data)
    assert answer.status_code == 422
    assert not complaint.responses.exists()
