"""Migrations: nothing is missing, everything goes back and forth, and the tables are in the database as they say."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models.signals import pre_migrate

OURS = {"base", "accounts", "patients", "scheduling", "clinical", "billing"}


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_are_named():
    for label, name in MigrationLoader(None).disk_migrations:
        if label in OURS:
            assert "_auto_" not in name


@pytest.mark.django_db(transaction=True)
def test_migrations_go_back_and_forth():
    call_command("migrate", "base", "zero", verbosity=0)
    assert not any(
        table.startswith(tuple(f"{app}_" for app in OURS)) for table in connection.introspection.table_names()
    )
    call_command("migrate", verbosity=0)
    assert "scheduling_appointment" in connection.introspection.table_names()


@pytest.mark.django_db
def test_a_migration_may_take_longer_than_a_page():
    seen = []

    def look(**kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            seen.append(cursor.fetchone()[0])

    look()
    clinical = apps.get_app_config("clinical")
    pre_migrate.connect(look, sender=clinical)
    try:
        call_command("migrate", verbosity=0)
    finally:
        pre_migrate.disconnect(look, sender=clinical)
    look()
    assert seen == ["30s", "0", "30s"]


@pytest.mark.django_db
def test_nobody_can_be_booked_twice_by_the_database():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'x' ORDER BY conname"
        )
        constraints = dict(cursor.fetchall())
    assert list(constraints) == ["appointment_doctor_once", "appointment_patient_once"]
    for definition in constraints.values():
        assert "tsrange" in definition
        assert "is_overbooked" in definition
