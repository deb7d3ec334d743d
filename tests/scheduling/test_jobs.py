"""Jobs, run by real worker processes against the real database and a mail server on the loopback."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from homeo.base.fields import new_id
from homeo.base.models import Submission
from homeo.demo.factories.accounts import AdminFactory, ReceptionistFactory
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import AppointmentFactory, DoctorFactory, SlotOfferFactory
from scheduling import jobs, services
from scheduling.models import Notice, SchedulingRules
from tests.scheduling import mail_server

PATIENCE = 120


@pytest.fixture
def mails():
    with mail_server.serving() as server:
        yield server


@pytest.fixture
def queue(transactional_db):
    """An empty queue, and notices that are due at once."""
    _clear_queue()
    rules = SchedulingRules.objects.current()
    rules.notice_delay_minutes = 0
    rules.save()
    yield
    _clear_queue()


def _clear_queue():
    with connection.cursor() as cursor:  # Django does not flush tables that it does not manage
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers"
        )


@contextmanager
def worker(mails):
    """A worker process, ended at the end."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker"],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
            "HOMEO_TEST_DATABASE": connection.settings_dict["NAME"],
            "HOMEO_TEST_MAIL_PORT": str(mails.server_address[1]),
        },
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in {0, -signal.SIGKILL}


def until(condition):
    """Wait for a condition to hold."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


def book(count=1):
    """Book visits of as many patients, and return the notices of them."""
    receptionist = ReceptionistFactory()
    for _ in range(count):
        services.book_appointment(
            actor=receptionist,
            patient=PatientFactory(),
            doctor=DoctorFactory().user,
            appointment_date=timezone.localdate() + dt.timedelta(days=3),
            appointment_time=dt.time(10),
        )
    return Notice.objects.filter(kind="BOOKED")


def unsent():
    return Notice.objects.filter(kind="BOOKED", sent_at__isnull=True)


@pytest.mark.race
def test_a_job_whose_worker_is_killed_is_done_once_by_another(queue, mails):
    book()
    mails.is_open.clear()
    with worker(mails) as first:
        assert mails.reached.wait(PATIENCE)
        first.kill()
        first.wait(PATIENCE)
    mails.is_open.set()
    job = ProcrastinateJob.objects.get(task_name=services.SEND_NOTICE, scheduled_at__lte=timezone.now())
    assert job.status == "doing"
    assert unsent().count() == 1
    with connection.cursor() as cursor:  # half a minute later
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    jobs.retry_stalled.defer(timestamp=0)
    with worker(mails):
        until(lambda: not unsent().exists())
        until(lambda: not ProcrastinateJob.objects.filter(pk=job.pk).exists())
    assert len(mails.mails) == 1


@pytest.mark.race
def test_two_workers_send_each_mail_once_and_a_refused_one_stops_none(queue, mails, client_of):
    notices = list(book(12))
    outcast = notices[0]
    mails.refused.add(outcast.appointment.patient.user.email)
    with worker(mails), worker(mails):
        until(lambda: unsent().count() == 1)
        until(lambda: ProcrastinateJob.objects.filter(args={"notice_id": outcast.pk}, attempts__gt=0).exists())
    assert sorted(mail["To"] for mail in mails.mails) == sorted(n.appointment.patient.user.email for n in notices[1:])
    assert unsent().get() == outcast
    job = ProcrastinateJob.objects.get(args={"notice_id": outcast.pk})
    assert job.status == "todo"

    with connection.cursor() as cursor:  # hours later
        cursor.execute(
            "UPDATE procrastinate_jobs SET attempts = %s, scheduled_at = now() WHERE id = %s",
            [jobs.MAIL_RETRIES.max_attempts, job.pk],
        )
    with worker(mails):
        until(lambda: ProcrastinateJob.objects.filter(pk=job.pk, status="failed").exists())

    admin = client_of(AdminFactory())
    page = reverse("admin:procrastinate_procrastinatejob_changelist")
    html = admin.get(page, {"status__exact": "failed"}).content.decode()
    assert outcast.pk in html
    assert outcast.appointment.patient.user.email not in html
    admin.post(page, {"action": "try_again", "_selected_action": job.pk})
    mails.refused.clear()
    with worker(mails):
        until(lambda: not unsent().exists())
    assert len(mails.mails) == len(notices)


@pytest.mark.django_db
def test_confirmed_visits_of_past_days_that_nobody_came_to_are_marked():
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    missed = AppointmentFactory(appointment_date=yesterday)
    came = AppointmentFactory(appointment_date=yesterday, checked_in_at=timezone.now())
    asked = AppointmentFactory(appointment_date=yesterday, status="PENDING")
    today = AppointmentFactory(appointment_date=timezone.localdate(), appointment_time=dt.time(0))
    for _ in range(2):
        jobs.mark_no_shows(timestamp=0)
    for visit in (missed, came, asked, today):
        visit.refresh_from_db()
    assert [bool(v.no_show_at) for v in (missed, came, asked, today)] == [True, False, False, False]
    version = missed.history.first()
    assert (version.history_user, version.history_change_reason) == (None, "Nobody came that day")
    assert missed.history.count() == 2


@pytest.mark.django_db
def test_what_has_served_is_deleted(client_of, patient):
    old, new = (
        Submission.objects.create(pk=new_id(), user_id=patient.user_id, path="/", created_at=timezone.now() - age)
        for age in (dt.timedelta(days=8), dt.timedelta(days=6))
    )
    client_of(patient.user)
    Session.objects.create(session_key="over", session_data="", expire_date=timezone.now() - dt.timedelta(hours=1))
    jobs.purge(timestamp=0)
    assert list(Submission.objects.filter(pk__in=[old.pk, new.pk])) == [new]
    assert [session.session_key == "over" for session in Session.objects.all()] == [False]


@pytest.mark.django_db
def test_offers_whose_time_is_over_are_closed():
    offer = SlotOfferFactory(expires_at=timezone.now() - dt.timedelta(minutes=1))
    jobs.expire_offers(timestamp=0)
    offer.refresh_from_db()
    assert offer.status == "EXPIRED"


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["doctor", "receptionist", "patient"])
def test_only_admins_see_jobs(role, request, client_of):
    person = request.getfixturevalue(role)
    client = client_of(getattr(person, "user", person))
    assert client.get(reverse("admin:procrastinate_procrastinatejob_changelist")).status_code == 403
