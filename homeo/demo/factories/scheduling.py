"""Doctors, weekly hours, visits."""

import datetime as dt

import factory
from django.utils import timezone

from homeo.demo.factories.accounts import DoctorUserFactory, ReceptionistFactory
from homeo.demo.factories.patients import PatientFactory
from scheduling.models import (
    Appointment,
    CalendarFeed,
    Closure,
    Doctor,
    DoctorAvailability,
    DoctorBreak,
    HoursException,
    Notice,
    NoticePreference,
    SlotOffer,
    TimeOff,
    VisitSeries,
    VisitType,
    WaitingEntry,
)


def tomorrow() -> dt.date:
    """Return the next day on the clinic's clock."""
    return timezone.localdate() + dt.timedelta(days=1)


class DoctorFactory(factory.django.DjangoModelFactory):
    """A doctor with an account, at work every day from 9 to 17 in slots of 20 minutes."""

    class Meta:
        model = Doctor
        skip_postgeneration_save = True

    user = factory.SubFactory(DoctorUserFactory)
    specialization = "Classical homeopathy"
    license_number = factory.Sequence(lambda n: f"MCH-{n:05d}")
    years_experience = 12
    qualifications = "BHMS, MD (Hom)"
    consultation_fee = 600
    slot_minutes = 20

    @factory.post_generation
    def hours(self, create, extracted, **kwargs):
        """Make the weekly hours: `hours=(start, end)`, or `hours=False` for none."""
        if create and extracted is not False:
            start, end = extracted or (dt.time(9), dt.time(17))
            for day in range(7):
                DoctorAvailabilityFactory(doctor=self, day_of_week=day, start_time=start, end_time=end)


class DoctorAvailabilityFactory(factory.django.DjangoModelFactory):
    """Hours of one day of the week."""

    class Meta:
        model = DoctorAvailability

    doctor = factory.SubFactory(DoctorFactory, hours=False)
    day_of_week = 1
    start_time = dt.time(9)
    end_time = dt.time(17)


class AppointmentFactory(factory.django.DjangoModelFactory):
    """A confirmed visit tomorrow at 10:00; `doctor` is an account with a profile."""

    class Meta:
        model = Appointment

    patient = factory.SubFactory(PatientFactory)
    doctor = factory.LazyFunction(lambda: DoctorFactory().user)
    appointment_date = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=1))
    appointment_time = dt.time(10)
    duration = 20
    status = Appointment.Status.CONFIRMED
    booked_by = factory.SubFactory(ReceptionistFactory)


class DoctorBreakFactory(factory.django.DjangoModelFactory):
    """Lunch on Mondays."""

    class Meta:
        model = DoctorBreak

    doctor = factory.SubFactory(DoctorFactory)
    day_of_week = 1
    start_time = dt.time(13)
    end_time = dt.time(14)
    label = "Lunch"


class HoursExceptionFactory(factory.django.DjangoModelFactory):
    """Other hours tomorrow: from 10 to 12."""

    class Meta:
        model = HoursException

    doctor = factory.SubFactory(DoctorFactory)
    date = factory.LazyFunction(tomorrow)
    start_time = dt.time(10)
    end_time = dt.time(12)


class TimeOffFactory(factory.django.DjangoModelFactory):
    """A day off tomorrow."""

    class Meta:
        model = TimeOff

    doctor = factory.SubFactory(DoctorFactory)
    start_date = factory.LazyFunction(tomorrow)
    end_date = factory.SelfAttribute("start_date")
    reason = "Seminar in Nashik"


class ClosureFactory(factory.django.DjangoModelFactory):
    """The clinic is closed tomorrow."""

    class Meta:
        model = Closure

    name = "Diwali"
    start_date = factory.LazyFunction(tomorrow)
    end_date = factory.SelfAttribute("start_date")


class VisitTypeFactory(factory.django.DjangoModelFactory):
    """A kind of visit of 30 minutes without buffers, bookable online."""

    class Meta:
        model = VisitType

    name = factory.Sequence(lambda n: f"Kind {n}")
    minutes = 30


class VisitSeriesFactory(factory.django.DjangoModelFactory):
    """Four visits, one a week, from tomorrow; its visits are made apart."""

    class Meta:
        model = VisitSeries

    patient = factory.SubFactory(PatientFactory)
    doctor = factory.LazyFunction(lambda: DoctorFactory().user)
    frequency = "WEEKLY"
    first_date = factory.LazyFunction(tomorrow)
    count = 4
    created_by = factory.SubFactory(ReceptionistFactory)


class WaitingEntryFactory(factory.django.DjangoModelFactory):
    """Somebody who would come to any doctor within a month."""

    class Meta:
        model = WaitingEntry

    patient = factory.SubFactory(PatientFactory)
    from_date = factory.LazyFunction(timezone.localdate)
    until_date = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=30))
    created_by = factory.SubFactory(ReceptionistFactory)


class SlotOfferFactory(factory.django.DjangoModelFactory):
    """An open offer of tomorrow at 10:00, for an hour."""

    class Meta:
        model = SlotOffer

    entry = factory.SubFactory(WaitingEntryFactory)
    doctor = factory.LazyFunction(lambda: DoctorFactory().user)
    appointment_date = factory.LazyFunction(tomorrow)
    appointment_time = dt.time(10)
    duration = 20
    expires_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(hours=1))
    made_by = factory.SubFactory(ReceptionistFactory)


class NoticePreferenceFactory(factory.django.DjangoModelFactory):
    """Somebody who wants every mail."""

    class Meta:
        model = NoticePreference

    patient = factory.SubFactory(PatientFactory)


class NoticeFactory(factory.django.DjangoModelFactory):
    """A mail about a booked visit, due now."""

    class Meta:
        model = Notice

    appointment = factory.SubFactory(AppointmentFactory)
    kind = "BOOKED"
    due_at = factory.LazyFunction(timezone.now)


class CalendarFeedFactory(factory.django.DjangoModelFactory):
    """The feed of a doctor."""

    class Meta:
        model = CalendarFeed

    user = factory.LazyFunction(lambda: DoctorFactory().user)
