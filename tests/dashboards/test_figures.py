"""The admin's figures: what is counted, against which day, and how it is written."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.audit import bulk
from accounts.models import AuditLog
from homeo.base.templatetags.homeo import money
from homeo.dashboards.figures import key_figures, read_figures
from homeo.dashboards.views.figures import collected_chart, visits_chart, wait_chart, whole_money
from homeo.demo.factories.billing import InvoiceFactory
from homeo.demo.factories.clinical import ConsultationFactory
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory
from patients.models import Patient

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)


@pytest.fixture
def now():
    """Eleven o'clock of the clinic's today."""
    return timezone.localtime().replace(hour=11, minute=0, second=0, microsecond=0)


def visit(doctor, when, **kwargs):
    """Make a visit of an old patient."""
    patient = PatientFactory(created_at=when - dt.timedelta(days=100))
    return AppointmentFactory(
        doctor=doctor, patient=patient, appointment_date=when.date(), appointment_time=when.time(), **kwargs
    )


def seen(doctor, when, wait):
    """Make a visit whose patient arrived at the booked time and went in after `wait` minutes."""
    return visit(doctor, when, checked_in_at=when, started_at=when + dt.timedelta(minutes=wait))


def paid(when, amount, **kwargs):
    return InvoiceFactory(amount=amount, payment_status="COMPLETED", paid_date=when, created_at=when, **kwargs)


def at(now, hour, minute=0):
    return now.replace(hour=hour, minute=minute)


def test_today_until_now_is_compared_with_last_week_until_then(admin, doctor, now):
    seen(doctor, at(now, 9), 10)
    seen(doctor, at(now, 9, 20), 20)
    visit(doctor, at(now, 10), no_show_at=at(now, 10, 30))
    visit(doctor, at(now, 15))
    visit(doctor, at(now, 16), status="CANCELLED", cancel_reason="Fever")
    seen(doctor, at(now, 9) - WEEK, 30)
    seen(doctor, at(now, 15) - WEEK, 50)

    figures = read_figures(admin, now=now)
    assert (figures.today.booked, figures.today.seen, figures.today.no_shows, figures.today.wait) == (4, 2, 1, 15)
    assert (figures.before.booked, figures.before.seen, figures.before.no_shows, figures.before.wait) == (2, 1, 0, 30)
    assert figures.today.by_hour == {9: 2, 10: 1, 15: 1}
    assert figures.today.wait_by_half_hour() == {9 * 60: 10, 9 * 60 + 30: 20}


def test_money_counts_when_it_was_paid(admin, doctor, now):
    patient = PatientFactory()
    consultation = ConsultationFactory(doctor=doctor, patient=patient, completed=True)
    paid(at(now, 9), 600, patient=patient, consultation=consultation)
    paid(at(now, 10), 150)
    paid(at(now, 9) - WEEK, 400)
    paid(at(now, 15) - WEEK, 5000)
    InvoiceFactory(amount=900, created_at=now - WEEK - dt.timedelta(days=1))
    InvoiceFactory(amount=70, created_at=at(now, 10))
    archived = InvoiceFactory(amount=10_000)
    bulk.update(type(archived).objects.filter(pk=archived.pk), archived_at=now)

    figures = read_figures(admin, now=now)
    assert figures.today.collected == 750
    assert figures.before.collected == 400
    assert figures.today.open_bills == 970
    assert figures.before.open_bills == 900
    assert len(figures.collected_by_day) == 14
    assert figures.collected_by_day[now.date()] == 750
    assert figures.collected_by_day[now.date() - WEEK] == 5400
    assert [(row.name, row.collected) for row in figures.doctors] == [(doctor.display_name, Decimal(600))]
    assert figures.all_doctors.collected == 750


def test_a_bill_paid_since_was_open_a_week_ago(admin, now):
    InvoiceFactory(
        amount=300, payment_status="COMPLETED", paid_date=at(now, 9), created_at=now - WEEK - dt.timedelta(days=3)
    )
    assert read_figures(admin, now=now).before.open_bills == 300


def test_new_patients_are_those_registered_on_the_day(admin, now):
    PatientFactory(created_at=at(now, 10))
    PatientFactory(created_at=at(now, 9) - WEEK)
    PatientFactory(created_at=at(now, 15) - WEEK)
    figures = read_figures(admin, now=now)
    assert (figures.today.new_patients, figures.before.new_patients) == (1, 1)


def test_a_doctors_day_is_full_by_the_booked_time(admin, now):
    full = DoctorFactory(hours=(dt.time(9), dt.time(10))).user
    idle = DoctorFactory(hours=(dt.time(9), dt.time(12))).user
    absent = DoctorFactory(hours=False).user
    for minute in (0, 20, 40):
        visit(full, at(now, 9, minute))
    visit(full, at(now, 9), is_overbooked=True, overbook_reason="Fever")
    figures = read_figures(admin, now=now)
    rows = {row.name: row for row in figures.doctors}
    assert (rows[full.display_name].full, rows[full.display_name].booked, rows[full.display_name].is_full) == (
        100,
        4,
        True,
    )
    assert (rows[idle.display_name].full, rows[idle.display_name].wait, rows[idle.display_name].bar) == (0, None, 0)
    assert absent.display_name not in rows
    assert figures.all_doctors.full == 25


def test_the_key_figures_say_what_is_better_and_what_is_worse(admin, doctor, now):
    seen(doctor, at(now, 9), 20)
    seen(doctor, at(now, 9) - WEEK, 5)
    visit(doctor, at(now, 9, 20) - WEEK, no_show_at=at(now, 10) - WEEK)
    paid(at(now, 9), 1250)
    written = {
        figure.label: (figure.value, figure.unit, figure.difference, figure.is_worse)
        for figure in key_figures(read_figures(admin, now=now), money=money)
    }
    assert written["Seen so far"] == ("1", "of 1", "", False)
    assert written["Did not come"] == ("0", "", "−1", False)
    assert written["Wait, median"] == ("20", "min", "+15 min", True)
    assert written["Collected"] == ("₹1,250.00", "", "+₹1,250.00", False)


def test_the_charts_say_the_same_in_words(admin, doctor, now):
    seen(doctor, at(now, 9), 10)
    visit(doctor, at(now, 11, 20))
    seen(doctor, at(now, 10) - WEEK, 25)
    paid(at(now, 9), 1250)
    figures = read_figures(admin, now=now)
    assert "Today from 9 to 11: 1, 0, 1." in visits_chart(figures).sentence
    assert visits_chart(figures).sentence.endswith(": 0, 1, 0.")
    assert "Today: 09:00 10." in wait_chart(figures).sentence
    assert wait_chart(figures).dot.text == "10 min"
    assert collected_chart(figures).sentence.endswith("₹0.00, ₹1,250.00.")
    assert collected_chart(figures).bars[-1].look == "ch-bar"


def test_a_day_without_anything_has_charts_too(admin, now):
    figures = read_figures(admin, now=now)
    assert visits_chart(figures).bars == []
    assert wait_chart(figures).sentence == "Nobody has been seen today yet."
    assert len(collected_chart(figures).labels) == 14
    assert figures.doctors == []


def test_big_amounts_are_written_without_fractions():
    assert whole_money(Decimal("18400.49")) == "₹18,400"


def test_the_last_audit_entries_name_person_kind_and_file_but_no_values(client_of, admin, receptionist):
    patient = PatientFactory(allergies="a secret allergy")
    Patient.objects.get(pk=patient.pk)
    AuditLog.objects.model(
        user=receptionist,
        action="UPDATE",
        entity="Patient",
        entity_id=patient.pk,
        patient_id=patient.pk,
        changes={"city": {"old": "Pune", "new": "Nashik"}, "notes": {"hidden": True}},
        ip_address="10.0.4.12",
    ).save()
    patient.refresh_from_db()
    response = client_of(admin).get(reverse("home"))
    content = response.content.decode()
    assert receptionist.get_full_name() in content
    assert patient.file_number in content
    assert "10.0.4.12" in content
    assert "2 fields" in content
    assert "Nashik" not in content
    assert "secret" not in content


def test_jobs_that_failed_are_told_to_the_admin(client_of, admin):
    page = reverse("home")
    assert "given up" not in client_of(admin).get(page).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('mail', 'x', 'failed')")
    content = client_of(admin).get(page).content.decode()
    assert "1 job, such as a mail, was given up after several tries." in content
    assert f"{reverse('admin:procrastinate_procrastinatejob_changelist')}?status__exact=failed" in content
