"""Doctors, weekly hours, visits."""

import datetime as dt

import factory
from django.utils import timezone

from homeo.demo.factories.accounts import DoctorUserFactory, ReceptionistFactory
from homeo.demo.factories.patients import PatientFactory
from scheduling.models import Appointment, Doctor, DoctorAvailability


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
