"""The four homes and the day board: who may, what is shown, what never is, and how many queries it takes."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.audit import bulk
from accounts.models import AuditLog
from billing.models import Invoice
from clinical import services as clinical
from clinical.models import Consultation
from homeo.dashboards.views.home import DASHBOARDS
from homeo.demo.factories.accounts import UserFactory
from homeo.demo.factories.billing import InvoiceFactory
from homeo.demo.factories.clinical import ConsultationFactory, PrescriptionFactory, PrescriptionItemFactory
from homeo.demo.factories.patients import GuardianFactory, MedicalRecordFactory, PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from scheduling import services as scheduling
from scheduling.models import Appointment

pytestmark = pytest.mark.django_db
SECRET = "grief after a secret loss"
PEOPLE = ["admin", "doctor", "receptionist", "patient_user"]
HOMES = {
    "admin": "dashboards/figures.html",
    "doctor": "dashboards/consulting.html",
    "receptionist": "dashboards/day.html",
    "patient_user": "dashboards/own.html",
}


@pytest.fixture
def patient_user(patient):
    return patient.user


@pytest.fixture
def person(request):
    return request.getfixturevalue(request.param)


def names(response):
    return [template.name for template in response.templates]


def midday(days=0):
    """Noon of the clinic's today, or some days later."""
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) + dt.timedelta(days=days)


def visit_today(doctor, hour=0, minute=0, **kwargs):
    return AppointmentFactory(
        doctor=doctor, appointment_date=timezone.localdate(), appointment_time=dt.time(hour, minute), **kwargs
    )


def day_of_visits(doctor, count):
    """Make `count` visits today of patients of their own, one after another, in every state."""
    now = timezone.now()
    visits = []
    for number in range(count):
        visit = AppointmentFactory.build(
            patient=PatientFactory(),
            doctor=doctor,
            booked_by=doctor,
            appointment_date=timezone.localdate(),
            appointment_time=dt.time(number // 6, number % 6 * 10),
            duration=10,
        )
        match number % 4:
            case 1:
                visit.checked_in_at = now
            case 2:
                visit.checked_in_at = visit.started_at = now
            case 3:
                visit.status = Appointment.Status.PENDING
        visits.append(visit)
    bulk.create(visits, actor=doctor)
    bulk.create(
        [
            ConsultationFactory.build(
                patient=visit.patient,
                doctor=doctor,
                appointment=visit,
                status=Consultation.Status.IN_PROGRESS if visit.started_at else Consultation.Status.SCHEDULED,
            )
            for visit in visits
            if visit.checked_in_at
        ],
        actor=doctor,
    )
    return visits


@pytest.mark.parametrize("person", PEOPLE, indirect=True)
def test_each_role_has_a_home_of_its_own(client_of, person, request):
    response = client_of(person).get(reverse("home"))
    assert response.status_code == 200
    name = next(name for name in PEOPLE if request.getfixturevalue(name) == person)
    assert HOMES[name] in names(response)


@pytest.mark.parametrize("role", DASHBOARDS)
@pytest.mark.parametrize("person", PEOPLE, indirect=True)
def test_a_dashboard_refuses_every_other_role(rf, person, role):
    request = rf.get("/")
    request.user = person
    request.htmx = False
    if person.role == role or (role == "RECEPTIONIST" and person.role != "PATIENT"):
        assert DASHBOARDS[role](request).status_code == 200
    else:
        with pytest.raises(PermissionDenied):
            DASHBOARDS[role](request)


def test_the_home_asks_to_sign_in(client):
    response = client.get(reverse("home"))
    assert response.status_code == 302
    assert reverse("account_login") in response["Location"]


@pytest.mark.parametrize(
    ("person", "status"),
    [("admin", 200), ("doctor", 200), ("receptionist", 200), ("patient_user", 403)],
    indirect=["person"],
)
def test_who_may_open_the_day(client_of, person, status):
    assert client_of(person).get(reverse("day")).status_code == status


@pytest.mark.parametrize(
    "query", ["day=2020-01-01", "day=9999-12-31", "day=soon", "doctor=nobody", "doctor=" + "x" * 60]
)
def test_a_day_out_of_bounds_or_an_unknown_doctor_is_not_found(client_of, receptionist, doctor, query):
    assert client_of(receptionist).get(f"{reverse('day')}?{query}").status_code == 404


def test_the_board_shows_visits_free_slots_and_the_ways_around(client_of, receptionist, doctor):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    visit = AppointmentFactory(doctor=doctor, appointment_date=tomorrow, appointment_time=dt.time(10))
    content = client_of(receptionist).get(f"{reverse('day')}?day={tomorrow}").content.decode()
    assert reverse("scheduling:appointment_detail", args=[visit.pk]) in content
    booking = reverse("scheduling:appointment_create")
    assert f"{booking}?doctor={doctor.pk}&amp;date={tomorrow}&amp;time=09:00" in content
    assert f"{booking}?doctor={doctor.pk}&amp;date={tomorrow}&amp;time=10:00" not in content
    assert f"?day={tomorrow + dt.timedelta(days=1)}" in content
    assert "data-poll" in content


def test_the_first_day_has_no_day_before_it(client_of, receptionist, doctor):
    first = timezone.localdate() - dt.timedelta(days=366)
    content = client_of(receptionist).get(f"{reverse('day')}?day={first}").content.decode()
    assert 'rel="prev"' not in content
    assert 'rel="next"' in content
    assert f"date={first}" not in content


def test_a_day_without_doctors_says_so(client_of, receptionist):
    DoctorFactory(hours=False)
    content = client_of(receptionist).get(reverse("home")).content.decode()
    assert "Nobody is at work" in content


def test_one_doctor_is_shown_alone(client_of, receptionist, doctor):
    other = DoctorFactory().user
    content = client_of(receptionist).get(f"{reverse('day')}?doctor={doctor.pk}").content.decode()
    assert f"lane-{doctor.pk}" in content
    assert f"lane-{other.pk}" not in content


def test_a_doctor_sees_only_the_own_lane_and_cannot_book(client_of, doctor):
    other = DoctorFactory().user
    theirs = visit_today(other)
    visit_today(doctor)
    response = client_of(doctor).get(reverse("day"))
    content = response.content.decode()
    assert f"lane-{doctor.pk}" in content
    assert f"lane-{other.pk}" not in content
    assert theirs.patient.name not in content
    assert reverse("scheduling:appointment_create") not in content
    assert client_of(doctor).get(f"{reverse('day')}?doctor={other.pk}").status_code == 404


def test_the_refresh_answers_only_the_parts_that_change(client_of, receptionist, doctor):
    visit = visit_today(doctor)
    response = client_of(receptionist).get(reverse("home"), headers={"HX-Request": "true"})
    content = response.content.decode()
    assert names(response)[0] == "dashboards/_day_parts.html"
    assert "<html" not in content
    assert visit.patient.name in content
    assert 'hx-swap-oob="innerHTML"' in content


def test_the_queue_offers_to_check_in_and_to_confirm(client_of, receptionist, admin, doctor):
    expected = visit_today(doctor, 0)
    asked = visit_today(doctor, 1, status=Appointment.Status.PENDING)
    ahead = AppointmentFactory(doctor=doctor, status=Appointment.Status.PENDING)
    waiting = visit_today(doctor, 2, checked_in_at=timezone.now() - dt.timedelta(minutes=25))
    url = {
        "check in": reverse("scheduling:appointment_check_in", args=[expected.pk]),
        "confirm": reverse("scheduling:appointment_confirm", args=[asked.pk]),
        "confirm ahead": reverse("scheduling:appointment_confirm", args=[ahead.pk]),
    }
    content = client_of(receptionist).get(reverse("home")).content.decode()
    assert all(f'action="{address}"' in content for address in url.values())
    assert reverse("scheduling:appointment_check_in", args=[waiting.pk]) not in content
    assert "25 min" in content
    content = client_of(admin).get(reverse("day")).content.decode()
    assert not any(f'action="{address}"' in content for address in url.values())


def test_the_desk_and_the_admin_see_no_clinical_text(client_of, receptionist, admin, doctor):
    patient = PatientFactory(allergies=SECRET, chronic_diseases=SECRET, notes=SECRET)
    visit = visit_today(doctor, patient=patient)
    scheduling.check_in_appointment(actor=receptionist, appointment=visit)
    consultation = Consultation.objects.get(appointment=visit)
    clinical.start_consultation(actor=doctor, consultation=consultation)
    clinical.write_consultation(actor=doctor, consultation=consultation, complaints=SECRET, diagnosis=SECRET)
    for person, page in [(receptionist, "home"), (receptionist, "day"), (admin, "home"), (admin, "day")]:
        response = client_of(person).get(reverse(page))
        assert response.status_code == 200
        assert SECRET not in response.content.decode()
    assert patient.name in client_of(receptionist).get(reverse("home")).content.decode()


def test_the_doctors_list_is_in_turn_and_has_one_primary_button(client_of, doctor):
    patient = PatientFactory(allergies="Penicillin")
    now = timezone.now()
    later = visit_today(doctor, 0, checked_in_at=now - dt.timedelta(minutes=5))
    first = visit_today(doctor, 1, patient=patient, checked_in_at=now - dt.timedelta(minutes=30))
    for visit in (later, first):
        ConsultationFactory(patient=visit.patient, doctor=doctor, appointment=visit, status="SCHEDULED")
    ConsultationFactory(
        patient=patient, doctor=doctor, completed=True, scheduled_at=midday(-40), completed_at=midday(-40)
    )
    unfinished = ConsultationFactory(doctor=doctor, scheduled_at=midday(-3))
    content = client_of(doctor).get(reverse("home")).content.decode()
    starts = [reverse("clinical:consultation_start", args=[v.consultation.pk]) for v in (first, later)]
    assert content.index(starts[0]) < content.index(starts[1])
    assert content.count("btn-primary") == 1
    assert "Penicillin" in content
    assert "30 min" in content
    assert midday(-40).strftime("%Y") in content
    assert reverse("clinical:consultation_update", args=[unfinished.pk]) in content
    assert reverse("patients:patient_detail", args=[patient.pk]) in content


def test_a_doctor_sees_nothing_of_another_doctors_day(client_of, doctor):
    other = DoctorFactory().user
    theirs = visit_today(other, checked_in_at=timezone.now())
    draft = ConsultationFactory(doctor=other, scheduled_at=midday(-1))
    content = client_of(doctor).get(reverse("home")).content.decode()
    assert theirs.patient.name not in content
    assert draft.patient.name not in content


def test_a_patient_finds_visits_medicines_bills_and_documents(client_of, patient, doctor):
    visit = AppointmentFactory(patient=patient, doctor=doctor)
    past = AppointmentFactory(
        patient=patient,
        doctor=doctor,
        appointment_date=timezone.localdate() - dt.timedelta(days=30),
        status=Appointment.Status.COMPLETED,
    )
    prescription = PrescriptionFactory(patient=patient, doctor=doctor, notes="Keep away from camphor")
    PrescriptionItemFactory(prescription=prescription, medicine_name="Pulsatilla", potency="30C")
    draft = PrescriptionFactory(patient=patient, doctor=doctor, signed_at=None)
    PrescriptionItemFactory(prescription=draft, medicine_name="Belladonna")
    invoice = InvoiceFactory(patient=patient, amount=750)
    record = MedicalRecordFactory(patient=patient, title="Thyroid profile", uploaded_by=doctor)
    other = AppointmentFactory(doctor=doctor, appointment_time=dt.time(12))

    content = client_of(patient.user).get(reverse("home")).content.decode()
    assert reverse("scheduling:appointment_cancel", args=[visit.pk]) in content
    assert reverse("scheduling:appointment_detail", args=[past.pk]) in content
    assert "tomorrow" in content
    assert "Pulsatilla 30C" in content
    assert "camphor" in content
    assert "Belladonna" not in content
    assert "₹750.00 to pay" in content
    assert reverse("billing:invoice_detail", args=[invoice.pk]) in content
    assert reverse("patients:medicalrecord_download", args=[record.pk]) in content
    assert other.pk not in content
    assert AuditLog.objects.filter(action="VIEW", patient_id=patient.pk, user=patient.user).count() == 1


def test_a_guardian_changes_between_persons(client_of, patient):
    ward = GuardianFactory(user=patient.user).patient
    stranger = PatientFactory()
    MedicalRecordFactory(patient=ward, title="Of the ward")
    MedicalRecordFactory(patient=patient, title="Of the guardian")
    client = client_of(patient.user)
    own = client.get(reverse("home")).content.decode()
    assert "Of the guardian" in own
    assert "Of the ward" not in own
    assert f"?person={ward.pk}" in own
    theirs = client.get(reverse("home"), {"person": ward.pk}).content.decode()
    assert "Of the ward" in theirs
    assert client.get(reverse("home"), {"person": stranger.pk}).status_code == 404
    assert client.get(reverse("home"), {"person": "nobody"}).status_code == 404


def test_an_account_without_a_file_is_told_what_to_do(client_of, db):
    content = client_of(UserFactory()).get(reverse("home")).content.decode()
    assert "no patient file" in content
    assert "btn-primary" not in content


@pytest.mark.parametrize("count", [1, 50])
def test_the_desk_takes_a_constant_number_of_queries(client_of, receptionist, doctor, count, django_assert_num_queries):
    day_of_visits(doctor, count)
    for _number in range(count // 10):
        DoctorFactory()
    client = client_of(receptionist)
    with django_assert_num_queries(6):
        client.get(reverse("home"))


@pytest.mark.parametrize("count", [1, 50])
def test_the_doctors_home_takes_a_constant_number_of_queries(client_of, doctor, count, django_assert_num_queries):
    day_of_visits(doctor, count)
    bulk.create(
        [
            ConsultationFactory.build(patient=PatientFactory(), doctor=doctor, scheduled_at=midday(-2))
            for _n in range(count)
        ],
        actor=doctor,
    )
    client = client_of(doctor)
    with django_assert_num_queries(5):
        client.get(reverse("home"))


@pytest.mark.parametrize("count", [1, 50])
def test_the_patients_home_takes_a_constant_number_of_queries(
    client_of, patient, doctor, count, django_assert_num_queries
):
    for days in range(1, count + 1):
        AppointmentFactory(
            patient=patient, doctor=doctor, appointment_date=timezone.localdate() + dt.timedelta(days=days)
        )
        AppointmentFactory(
            patient=patient, doctor=doctor, appointment_date=timezone.localdate() - dt.timedelta(days=days)
        )
        InvoiceFactory(patient=patient)
        InvoiceFactory(patient=patient, payment_status=Invoice.PaymentStatus.COMPLETED, paid_date=timezone.now())
    prescription = PrescriptionFactory(patient=patient, doctor=doctor)
    for _number in range(count):
        PrescriptionItemFactory(prescription=prescription)
    client = client_of(patient.user)
    with django_assert_num_queries(12):
        client.get(reverse("home"))


@pytest.mark.parametrize("count", [1, 50])
def test_the_figures_take_a_constant_number_of_queries(client_of, admin, doctor, count, django_assert_num_queries):
    day_of_visits(doctor, count)
    for _number in range(count):
        InvoiceFactory(payment_status=Invoice.PaymentStatus.COMPLETED, paid_date=timezone.now())
    client = client_of(admin)
    with django_assert_num_queries(11):
        client.get(reverse("home"))
