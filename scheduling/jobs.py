"""What happens without anybody at the desk: mails, and what the night and the hour bring.

`manage.py procrastinate worker` runs the jobs, of which the arguments are ids only. A job is taken by one worker; one
whose worker died is taken up by another; one that fails is tried again, ever later, and stays visible to the admin in
the end. Nothing waits for it.
"""

import datetime as dt
import logging

from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from homeo.base.errors import DomainError
from homeo.base.models import Submission
from scheduling import services
from scheduling.models import Appointment

logger = logging.getLogger(__name__)

MAIL_RETRIES = RetryStrategy(max_attempts=6, exponential_wait=5)
"""Tries again after 5 and 25 seconds, 2, 10 and 52 minutes and 4 hours."""

STALLED_TRIES = 8
NO_SHOW_DAYS = 30
SUBMISSION_DAYS = 7
FAILED_JOB_HOURS = 30 * 24


@app.task(name=services.SEND_NOTICE, queue="mail", retry=MAIL_RETRIES)
def send_notice(*, notice_id: str) -> None:
    """Send one mail about a visit."""
    try:
        services.send_notice(notice_id)
    except Exception as error:
        # Without its text, in which mail servers name the address.
        logger.warning("Notice %s was not sent: %s", notice_id, type(error).__name__)
        raise


@app.task(name=services.SEND_OFFER, queue="mail", retry=MAIL_RETRIES)
def send_offer(*, offer_id: str) -> None:
    """Write to somebody on the waiting list about a time that is free."""
    services.send_offer(offer_id)


@app.periodic(cron="*/1 * * * *")
@app.task(name="scheduling.retry_stalled", queue="clock", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of workers that died to others; one that ends its worker again and again has failed."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        if job.attempts < STALLED_TRIES:
            await manager.retry_job(job)
        else:
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)


@app.periodic(cron="*/1 * * * *")
@app.task(name="scheduling.expire_offers", queue="clock")
def expire_offers(timestamp: int) -> None:
    """Close the offers of the waiting list whose time is over."""
    services.expire_offers()


@app.periodic(cron="10 * * * *")
@app.task(name="scheduling.mark_no_shows", queue="clock")
def mark_no_shows(timestamp: int) -> None:
    """Mark the confirmed visits of past days to which nobody came; hourly, as midnight is another hour in each zone."""
    today = timezone.localdate()
    missed = Appointment.objects.filter(
        appointment_date__range=(today - dt.timedelta(days=NO_SHOW_DAYS), today - dt.timedelta(days=1)),
        status=Appointment.Status.CONFIRMED,
        checked_in_at__isnull=True,
        started_at__isnull=True,
        no_show_at__isnull=True,
    )
    for visit in missed.by_time():
        try:
            services.mark_no_show_appointment(actor=None, appointment=visit, reason="Nobody came that day")
        except DomainError as error:  # somebody was quicker
            logger.info("Visit %s stays as it is: %s", visit.pk, error.message)


@app.periodic(cron="40 * * * *")
@app.task(name="scheduling.purge", queue="clock")
def purge(timestamp: int) -> None:
    """Delete what has served: one-time tokens, sessions that are over."""
    now = timezone.now()
    Submission.objects.filter(created_at__lt=now - dt.timedelta(days=SUBMISSION_DAYS)).delete()
    Session.objects.filter(expire_date__lt=now).delete()


@app.periodic(cron="50 * * * *")
@app.task(name="scheduling.forget_failed", queue="clock", pass_context=True)
async def forget_failed(context: JobContext, timestamp: int) -> None:
    """Delete jobs that failed a month ago."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=FAILED_JOB_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
