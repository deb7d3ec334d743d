"""Accounts of every role."""

import factory
from django.contrib.auth.hashers import make_password

from accounts.models import Role, User

PASSWORD = "homeo-demo"  # noqa: S105 - of the demo and the tests


class UserFactory(factory.django.DjangoModelFactory):
    """A patient's account with the demo password; `role` makes others."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    first_name = "Asha"
    last_name = factory.Sequence(lambda n: f"Rao {n}")
    email = factory.Sequence(lambda n: f"person{n}@homeo.example")
    phone = factory.Sequence(lambda n: f"98230 {n:05d}")
    role = Role.PATIENT
    password = factory.LazyFunction(lambda: make_password(PASSWORD))


class AdminFactory(UserFactory):
    """An admin's account."""

    role = Role.ADMIN


class DoctorUserFactory(UserFactory):
    """A doctor's account without a profile; `DoctorFactory` makes both."""

    first_name = "Anjali"
    last_name = factory.Sequence(lambda n: f"Sen {n}")
    role = Role.DOCTOR


class ReceptionistFactory(UserFactory):
    """An account of the front desk."""

    first_name = "Meera"
    role = Role.RECEPTIONIST
