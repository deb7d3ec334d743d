"""One address, many accounts at the same moment: one gets it, the others are told so on the field."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts import services
from accounts.models import User
from homeo.base.errors import DomainError
from homeo.demo.factories.accounts import UserFactory

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

PEOPLE = 10


def at_once(action) -> list[str | None]:
    """Run `action(n)` in ten threads together; return the fields of the refusals, None for a success."""
    barrier = Barrier(PEOPLE)

    def run(number):
        try:
            barrier.wait()
            action(number)
        except DomainError as error:
            return error.field
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(PEOPLE) as pool:
        return sorted(pool.map(run, range(PEOPLE)), key=str)


def test_one_address_is_given_to_one_new_account():
    outcomes = at_once(
        lambda number: services.create_user(
            actor=None,
            site="http://testserver",
            email="asha@homeo.example",
            role="PATIENT",
            first_name=f"Asha {number}",
        )
    )
    assert outcomes.count(None) == 1
    assert outcomes.count("email") == PEOPLE - 1
    assert User.objects.count() == 1


def test_one_address_is_given_to_one_present_account():
    users = [UserFactory() for _n in range(PEOPLE)]
    outcomes = at_once(
        lambda number: services.change_identity(
            actor=users[0], user=users[number], site="http://testserver", email="asha@homeo.example"
        )
    )
    assert outcomes.count(None) == 1
    assert outcomes.count("email") == PEOPLE - 1
    assert User.objects.filter(email="asha@homeo.example").count() == 1
