"""Offers that several people answer, take or withdraw at the same moment."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from homeo.base.errors import DomainError
from homeo.demo.factories.patients import PatientFactory
from homeo.demo.factories.scheduling import (
    DoctorFactory,
    WaitingEntryFactory,
)
from scheduling import services
from scheduling.models import Appointment, SlotOffer, WaitingEntry
from scheduling.waiting import Opening

pytestmark = pytest.mark.django_db

TEN = dt.time(10)
MINUTES = 20


LONGEST_WAIT = 3


def run_at_once(calls):
    """Run all calls at the same moment; return what each gave or raised, and how many seconds the slowest took."""
    gate = Barrier(len(calls))

    def run(call):
        gate.wait(timeout=20)
        began = time.monotonic()
        try:
            return call(), time.monotonic() - began
        except DomainError as error:
            return error, time.monotonic() - began
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        results = list(pool.map(run, calls))
    return [result for result, _seconds in results], max(seconds for _result, seconds in results)


def accepting(offer):
    return lambda: services.accept_offer(offer=SlotOffer.objects.with_people().get(pk=offer.pk))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_twenty_who_accept_one_has_it_and_the_others_are_told_kindly(self, offered):
        offers = offered(20)
        results, slowest = run_at_once([accepting(offer) for offer in offers])
        booked = [result for result in results if isinstance(result, Appointment)]
        assert len(booked) == Appointment.objects.count() == 1
        assert sum(isinstance(result, services.OfferOverError) for result in results) == 19
        assert slowest < LONGEST_WAIT
        assert WaitingEntry.objects.filter(status="WAITING").count() == 19
        assert SlotOffer.objects.filter(status="WITHDRAWN").count() == 19

    def test_one_link_opened_twenty_times_gives_one_visit(self, offered):
        (offer,) = offered()
        results, slowest = run_at_once([accepting(offer)] * 20)
        assert {result.pk for result in results} == {Appointment.objects.get().pk}
        assert slowest < LONGEST_WAIT

    def test_people_with_several_offers_each_accept_all_of_them(self, receptionist, doctor, tomorrow):
        other = DoctorFactory().user
        entries = [WaitingEntryFactory() for _ in range(5)]
        openings = [Opening(who, tomorrow, dt.time(hour), MINUTES) for who in (doctor, other) for hour in (10, 11)]
        offers = [
            offer
            for opening in openings
            for offer in services.make_offers(actor=receptionist, opening=opening, entries=entries)
        ]
        results, slowest = run_at_once([accepting(offer) for offer in offers])
        visits = [result for result in results if isinstance(result, Appointment)]
        assert len(visits) == len({visit.patient_id for visit in visits}) == Appointment.objects.count() == 4
        assert slowest < LONGEST_WAIT
        assert not SlotOffer.objects.filter(status="OPEN", entry__status="BOOKED").exists()

    def test_accepting_while_the_desk_books_the_same_time(self, offered, receptionist, doctor, tomorrow):
        offers = offered(5)

        def book(patient):
            return lambda: services.book_appointment(
                actor=receptionist, patient=patient, doctor=doctor, appointment_date=tomorrow, appointment_time=TEN
            )

        desk = [book(PatientFactory()) for _ in range(5)]
        results, slowest = run_at_once([*map(accepting, offers), *desk])
        visits = [result for result in results if isinstance(result, Appointment)]
        assert len(visits) == Appointment.objects.count() == 1
        assert visits[0].patient_id in {offer.entry.patient_id for offer in offers}
        assert slowest < LONGEST_WAIT

    def test_expiry_and_withdrawal_while_somebody_accepts(self, offered, receptionist, opening):
        offers = offered(6)
        for offer in offers[3:]:
            offer.expires_at = timezone.now() - dt.timedelta(seconds=1)
            offer.save()

        def withdraw():
            return services.withdraw_offers(actor=receptionist, opening=opening)

        results, slowest = run_at_once(
            [*map(accepting, offers), services.expire_offers, services.expire_offers, withdraw]
        )
        visits = [result for result in results if isinstance(result, Appointment)]
        accepted = SlotOffer.objects.filter(status="ACCEPTED")
        assert len(visits) == Appointment.objects.count() == accepted.count() <= 1
        assert set(accepted.values_list("pk", flat=True)) <= {offer.pk for offer in offers[:3]}
        assert slowest < LONGEST_WAIT
        services.expire_offers()
        assert not SlotOffer.objects.filter(status="OPEN").exists()

    def test_two_at_the_desk_offer_the_same_time_to_the_same_people(self, receptionist, opening):
        entries = [WaitingEntryFactory() for _ in range(3)]

        def offer():
            return services.make_offers(actor=receptionist, opening=opening, entries=entries)

        results, _slowest = run_at_once([offer] * 6)
        assert sum(isinstance(result, list) for result in results) == 1
        assert SlotOffer.objects.count() == 3
