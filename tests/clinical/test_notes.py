"""A note with its structured parts: written, readable, compared, merged."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.audit import bulk
from accounts.models import AuditLog
from clinical import services
from clinical.courses import Told, picture_of
from clinical.models import Complaint, ComplaintResponse, Consultation
from clinical.sheet import PARTS, ROW_FIELDS, TEXTS, Sheet
from homeo.base.errors import DomainError
from homeo.demo.factories.clinical import (
    ComplaintFactory,
    ComplaintResponseFactory,
    ConsultationFactory,
    PrescriptionFactory,
    PrescriptionItemFactory,
)
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import DoctorFactory

CASE = {
    "complaints": "Cannot go on like this",
    "diagnosis": "Migraine",
    "prescription": "Rest",
    "notes": "",
    "layout": "FIRST",
    "cure_direction": "",
    "prescription_kind": "CONSTITUTIONAL",
    "decision": "",
    "mind": "Silent grief",
    "thermal": "HOT",
    "miasm": ["PSORA", "TUBERCULAR"],
    "complaint-TOTAL_FORMS": "2",
    "complaint-INITIAL_FORMS": "0",
    "complaint-0-name": "Headache",
    "complaint-0-location": "over the eyes",
    "complaint-0-worse": "sun",
    "complaint-0-intensity": "3",
    "complaint-1-name": "Low mood",
}


def url(name, obj):
    return reverse(f"clinical:{name}", args=[obj.pk])


def write(client, consultation, **fields):
    consultation.refresh_from_db()
    return client.post(url("consultation_update", consultation), CASE | {"version": consultation.version} | fields)


@pytest.mark.django_db
def test_a_case_is_stored_in_parts_and_readable_in_the_columns_of_the_schema(at_work, consultation):
    assert write(at_work, consultation).status_code == 302
    consultation.refresh_from_db()
    head, low = consultation.complaint_rows.all()

    assert (head.name, head.location, head.worse, head.intensity, head.patient_id) == (
        *("Headache", "over the eyes", "sun", 3),
        consultation.patient_id,
    )
    assert low.name == "Low mood"
    assert {k: consultation.case[k] for k in ("mind", "thermal", "miasm")} == {
        "mind": "Silent grief",
        "thermal": "HOT",
        "miasm": ["PSORA", "TUBERCULAR"],
    }
    assert consultation.complaints == (
        "Cannot go on like this\n\nHeadache, over the eyes. Worse from: sun. Intensity: 3, Severe.\nLow mood."
    )
    assert consultation.prescription == "Rest\n\nKind of prescription: Constitutional"
    assert consultation.notes == "Mind: Silent grief\nThermal: Hot\nMiasm: Psora, Tubercular"
    assert consultation.diagnosis == "Migraine"
    form = at_work.get(url("consultation_update", consultation)).context["form"]
    assert form["complaints"].value() == "Cannot go on like this"
    assert form["notes"].value() == ""


@pytest.mark.django_db
def test_saving_again_changes_only_what_is_different(at_work, consultation):
    write(at_work, consultation)
    rows = list(consultation.complaint_rows.all())
    ids = {f"complaint-{n}-id": row.pk for n, row in enumerate(rows)}
    write(at_work, consultation, **ids)
    assert list(consultation.complaint_rows.all()) == rows
    assert [row.history.count() for row in rows] == [1, 1]

    write(at_work, consultation, **ids, **{"complaint-0-worse": "reading", "complaint-1-DELETE": "on"})
    changed = consultation.complaint_rows.get()
    assert (changed.pk, changed.worse, changed.history.count()) == (rows[0].pk, "reading", 2)
    assert (
        AuditLog.objects.filter(entity="Complaint").values_list("action", flat=True).order_by("created_at").last()
        == "DELETE"
    )


@pytest.mark.django_db
def test_complaints_of_other_notes_are_not_taken_over(at_work, consultation):
    foreign = ComplaintFactory()
    response = write(at_work, consultation, **{"complaint-0-id": foreign.pk})
    assert response.status_code == 422
    foreign.refresh_from_db()
    assert foreign.name == "Headache"
    assert foreign.location == "over the eyes"
    assert not consultation.complaint_rows.exists()


@pytest.mark.django_db
def test_bad_values_are_told_beside_their_fields(at_work, consultation):
    wrong = {"complaint-0-intensity": "9", "complaint-1-name": "", "complaint-1-cause": "grief", "thermal": "COLD"}
    response = write(at_work, consultation, **wrong)
    form = response.context["form"]
    assert response.status_code == 422
    assert "thermal" in form.errors
    assert "intensity" in form.rows.forms[0].errors
    assert "name" in form.rows.forms[1].errors
    assert not Complaint.objects.exists()


@pytest.fixture
def followed(doctor, patient):
    """A consultation with a patient whose signed first note has two complaints."""
    first = ConsultationFactory(
        doctor=doctor, patient=patient, completed=True, scheduled_at=timezone.now() - dt.timedelta(days=30)
    )
    ComplaintFactory(consultation=first, name="Headache", position=0)
    ComplaintFactory(consultation=first, name="Low mood", location="", sensation="", position=1)
    return ConsultationFactory(doctor=doctor, patient=patient, complaints="")


def answers(*values):
    complaints = Complaint.objects.order_by("position")
    told = {}
    for complaint, (value, percent, now, gone) in zip(complaints, values, strict=False):
        prefix = f"response-{complaint.pk}-"
        told |= {f"{prefix}value": value, f"{prefix}percent": percent, f"{prefix}now": now}
        told |= {f"{prefix}is_closed": "on"} if gone else {}
    return told


FOLLOW_UP = {
    "complaints": "",
    "layout": "FOLLOW_UP",
    "decision": "CHANGE_POTENCY",
    "cure_direction": "OLD_RETURNED",
    "new_symptoms": "Hay fever for a week",
    "complaint-TOTAL_FORMS": "0",
    "complaint-INITIAL_FORMS": "0",
}


def follow(client, consultation, **fields):
    consultation.refresh_from_db()
    data = FOLLOW_UP | {"version": consultation.version} | fields
    return client.post(url("consultation_update", consultation), data)


@pytest.mark.django_db
def test_a_follow_up_asks_for_each_complaint_and_keeps_the_answers(at_work, followed):
    page = at_work.get(url("consultation_update", followed))
    assert [form.complaint.name for form in page.context["form"].responses] == ["Headache", "Low mood"]

    told = answers(("2", "60", "One this month", False), ("0", "", "", True))
    assert follow(at_work, followed, **told).status_code == 302
    followed.refresh_from_db()
    head, low = followed.responses.order_by("complaint__position")
    assert (head.value, head.percent, head.now, head.is_closed) == (2, 60, "One this month", False)
    assert (low.value, low.percent, low.is_closed) == (0, None, True)
    assert (followed.decision, followed.cure_direction) == ("CHANGE_POTENCY", "OLD_RETURNED")
    assert "Headache, over the eyes, hammering: +2 better, 60 %. One this month" in followed.complaints
    assert "Low mood: 0 the same. Gone." in followed.complaints
    assert "Hay fever for a week" in followed.complaints
    assert followed.prescription == "Decision: Change the potency"
    assert "Direction of cure: Old symptom returned, then left" in followed.notes


@pytest.mark.django_db
def test_an_answer_is_changed_taken_back_and_bounded(at_work, followed):
    follow(at_work, followed, **answers(("2", "60", "", False)))
    follow(at_work, followed, **answers(("-1", "", "", False)))
    assert followed.responses.get().value == -1
    for wrong in (("4", "", "", False), ("1", "101", "", False), ("1", "-1", "", False)):
        assert follow(at_work, followed, **answers(wrong)).status_code == 422
    follow(at_work, followed, **answers(("", "", "", False)))
    assert not ComplaintResponse.objects.exists()


@pytest.mark.django_db
def test_a_complaint_that_is_gone_is_not_asked_for_again(at_work, followed, doctor, patient):
    follow(at_work, followed, complete="1", **answers(("3", "", "", True), ("1", "", "", False)))
    followed.refresh_from_db()
    assert followed.status == "COMPLETED"
    after = ConsultationFactory(doctor=doctor, patient=patient, complaints="")
    page = at_work.get(url("consultation_update", after))
    assert [form.complaint.name for form in page.context["form"].responses] == ["Low mood"]
    assert "+1 slightly better" in page.context["form"].responses[0].was


@pytest.mark.django_db
def test_only_complaints_of_the_patient_take_a_response(doctor, followed):
    foreign = ComplaintFactory()
    with pytest.raises(DomainError):
        services.write_consultation(
            actor=doctor,
            consultation=followed,
            responses={foreign.pk: {"value": 1, "percent": None, "now": "", "is_closed": False}},
        )


@pytest.mark.django_db
def test_the_first_note_is_a_case_and_the_next_a_follow_up(doctor, patient):
    first = services.start_unplanned_consultation(actor=doctor, patient=patient)
    services.write_and_complete_consultation(actor=doctor, consultation=first, complaints="Cough")
    second = services.start_unplanned_consultation(actor=doctor, patient=patient)
    assert (first.layout, second.layout) == ("FIRST", "FOLLOW_UP")


@pytest.mark.django_db
def test_the_other_layout_keeps_what_was_typed_and_saves_nothing(at_work, consultation):
    data = CASE | {"version": consultation.version, "switch": "FOLLOW_UP"}
    page = at_work.post(url("consultation_update", consultation), data)
    assert page.status_code == 200
    assert page.context["layout"] == "FOLLOW_UP"
    assert page.context["form"]["mind"].value() == "Silent grief"
    assert page.context["form"].rows.forms[0]["worse"].value() == "sun"
    consultation.refresh_from_db()
    assert consultation.complaints == ""


@pytest.mark.django_db
def test_the_last_note_fills_gaps_only(at_work, doctor, patient, consultation):
    last = ConsultationFactory(doctor=doctor, patient=patient, completed=True, diagnosis="Migraine", complaints="Then")
    last.case = {"mind": "Calm", "thermal": "CHILLY"}
    last.save()
    data = {"version": consultation.version, "load": "last", "complaints": "Now", "mind": "", "thermal": "HOT"}
    form = at_work.post(url("consultation_update", consultation), data).context["form"]
    shown = {name: form[name].value() for name in ("complaints", "diagnosis", "mind", "thermal")}
    assert shown == {"complaints": "Now", "diagnosis": "Migraine", "mind": "Calm", "thermal": "HOT"}


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 50])
def test_pages_about_a_long_treatment_cost_what_short_ones_cost(
    many, at_work, doctor, consultation, django_assert_num_queries
):
    patient = consultation.patient
    notes = bulk.create(
        [
            ConsultationFactory.build(
                patient=patient, doctor=doctor, completed=True, scheduled_at=timezone.now() - dt.timedelta(days=n + 1)
            )
            for n in range(many)
        ]
    )
    complaints = bulk.create([ComplaintFactory.build(consultation=one, patient=patient) for one in notes[:12]])
    for one in notes[:12]:
        bulk.create([ComplaintResponseFactory.build(consultation=one, complaint=complaints[0])])
    given_ = bulk.create([PrescriptionFactory.build(patient=patient, doctor=doctor, consultation=one) for one in notes])
    bulk.create([PrescriptionItemFactory.build(prescription=one) for one in given_])
    costs = {
        url("consultation_update", consultation): 12,
        url("remedy_timeline", patient): 7,
        url("history", patient): 5,
        url("records", patient): 5,
        url("consultation_detail", notes[0]): 8,
    }
    for path, cost in costs.items():
        with django_assert_num_queries(cost):
            assert at_work.get(path).status_code == 200


@pytest.mark.django_db
def test_the_timeline_tells_the_response_to_each_remedy(at_work, doctor, patient):
    told = {90: None, 60: 2, 30: -1}
    for ago, value in told.items():
        note = ConsultationFactory(
            doctor=doctor, patient=patient, completed=True, scheduled_at=timezone.now() - dt.timedelta(days=ago)
        )
        PrescriptionItemFactory(
            prescription__patient=patient, prescription__doctor=doctor, prescription__consultation=note,
            medicine_name=f"Remedy {ago}",
        )  # fmt: skip
        if value is None:
            complaint = ComplaintFactory(consultation=note)
        else:
            ComplaintResponseFactory(consultation=note, complaint=complaint, value=value, percent=None)
    page = at_work.get(url("remedy_timeline", patient))
    steps = page.context["steps"]
    answers_ = {step.prescriptions[0].items.all()[0].medicine_name: step.answer and step.answer.value for step in steps}
    assert answers_ == {"Remedy 90": 2, "Remedy 60": -1, "Remedy 30": None}
    wide, narrow = page.context["pictures"]
    assert [dot.look for dot in wide.dots] == ["", "is-now"]
    assert "+2" in wide.sentence
    assert "−1" in wide.sentence
    assert [stretch.text for stretch in wide.lane] == ["Remedy 90 200C", "Remedy 60 200C", ""]
    assert [stretch.title for stretch in narrow.lane] == ["Remedy 90 200C", "Remedy 60 200C", "Remedy 30 200C"]


def test_a_remedy_that_is_given_again_is_one_stretch_as_wide_as_its_visits():
    told = [("Jan", None), *((month, Told(1)) for month in ("Feb", "Mar", "Apr"))]
    given = [("Natrum muriaticum 30C", "nat-m. 30C")] * 2 + [("", ""), ("Sulphur 200C", "sulph. 200C")]
    picture = picture_of(told, "Better", width=344, remedies=given)
    assert [(one.x, one.end, one.text) for one in picture.lane] == [(34, 229, "nat-m. 30C"), (334, 344, "")]
    assert [dot.x for dot in picture.dots] == [134, 234, 334]
    assert picture_of(told[:2], "Better") is None
    cut = picture_of(told * 10, "Better", remedies=given * 10)
    assert len(cut.dots) == 18
    assert all(one.end <= cut.width for one in cut.lane)


@pytest.mark.django_db
def test_nobody_else_sees_complaints_and_responses(patient, client_of, receptionist):
    response = ComplaintResponseFactory(complaint__consultation__patient=patient)
    other = DoctorFactory().user
    for person in (other, receptionist, PatientFactory().user):
        assert not Complaint.objects.for_user(person).exists()
        assert not ComplaintResponse.objects.for_user(person).exists()
    assert Complaint.objects.for_user(patient.user).get() == response.complaint
    assert Consultation.objects.count() == 2


# ── Sheets ──────────────────────────────────────────────────────────────────
words = st.text(alphabet="ab ;\né李", max_size=12)
rows = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from(["", "x" * 24, "y" * 24])} | dict.fromkeys(ROW_FIELDS, words)),
    max_size=3,
    unique_by=lambda row: row["id"] or object(),
)
fields = st.fixed_dictionaries(
    dict.fromkeys((*TEXTS, "mind"), words) | {"miasm": st.lists(st.sampled_from(["PSORA", "SYCOSIS"]), unique=True)}
)
sheets = st.builds(Sheet, fields, rows)


@given(sheets)
def test_a_sheet_survives_its_form(sheet):
    again = Sheet.from_post(dict(sheet.as_post().lists()))
    assert not again.differences(sheet)


@given(sheets, sheets)
def test_merging_takes_one_or_the_other_or_both(mine, theirs):
    mine, theirs = (Sheet.from_post(dict(one.as_post().lists())) for one in (mine, theirs))
    keys = [one.key for one in mine.differences(theirs)]
    assert not mine.merged(theirs, dict.fromkeys(keys, "theirs")).differences(theirs)
    assert not mine.merged(theirs, dict.fromkeys(keys, "mine")).differences(mine)
    proposed = mine.merged(theirs, {})
    for name in (*TEXTS, "mind"):
        for side in (mine, theirs):
            assert side.fields.get(name, "").replace("\r\n", "\n").strip() in proposed.fields.get(name, "")
    everything = [row[name] for row in proposed.rows for name in ROW_FIELDS]
    for row in (*mine.rows, *theirs.rows):
        assert all(row[name] in everything for name in ROW_FIELDS)


def test_every_part_of_the_case_has_its_field():
    from clinical.forms import ConsultationForm

    assert set(PARTS) <= set(ConsultationForm.base_fields)
