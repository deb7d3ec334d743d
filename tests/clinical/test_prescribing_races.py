"""Two replacements of one prescription, and one template kept twice, at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from clinical import services
from clinical.models import Prescription, PrescriptionTemplate
from homeo.base.errors import DomainError
from homeo.demo.factories.clinical import PrescriptionFactory, PrescriptionItemFactory
from tests.clinical.conftest import LINE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

AT_ONCE = 8


def at_once(call):
    """Run the call in threads at the same moment; return what each gave, or the refusal."""
    gate = Barrier(AT_ONCE)

    def run(number):
        try:
            gate.wait(timeout=20)
            return call(number)
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_of_two_replacements_one_wins(doctor, patient):
    signed = PrescriptionItemFactory(prescription=PrescriptionFactory(patient=patient, doctor=doctor)).prescription
    results = at_once(
        lambda number: services.replace_prescription(
            actor=doctor, prescription=signed, items=[LINE], reason=f"Slip {number}"
        )
    )
    won = [result for result in results if isinstance(result, Prescription)]
    assert len(won) == 1
    assert all("replaced already" in result.message for result in results if result not in won)
    assert list(Prescription.objects.filter(replaces=signed)) == won
    assert Prescription.objects.count() == 2


def test_one_name_is_one_template(doctor):
    at_once(lambda number: services.keep_prescription_template(actor=doctor, name="Fever", items=[LINE]))
    template = PrescriptionTemplate.objects.get()
    assert template.items.count() == 1
