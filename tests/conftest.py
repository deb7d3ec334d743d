"""What every test may use: the embedded database, people of each role, a client for each."""

import os
import shutil
from contextlib import ExitStack

import pytest

from homeo import postgres

_services = ExitStack()


def pytest_sessionstart(session):
    if not os.environ.get("DATABASE_URL"):
        _services.enter_context(postgres.serving())


def pytest_sessionfinish(session):
    from django.conf import settings

    _services.close()
    shutil.rmtree(settings.SCRATCH, ignore_errors=True)


@pytest.fixture
def admin(db):
    from homeo.demo.factories.accounts import AdminFactory

    return AdminFactory()


@pytest.fixture
def receptionist(db):
    from homeo.demo.factories.accounts import ReceptionistFactory

    return ReceptionistFactory()


@pytest.fixture
def doctor(db):
    """The account of a doctor with a profile, at work every day from 9 to 17."""
    from homeo.demo.factories.scheduling import DoctorFactory

    return DoctorFactory().user


@pytest.fixture
def patient(db):
    """A patient, whose account is `patient.user`."""
    from homeo.demo.factories.patients import PatientFactory

    return PatientFactory()


@pytest.fixture
def client_of(db):
    """A function that returns a test client signed in as a person."""
    from django.test import Client

    def sign_in(user):
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
