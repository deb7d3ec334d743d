"""Lines that were written before there was a catalogue are read, and keep their words."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from clinical.models import PrescriptionItem, Remedy, RemedyRelation
from homeo.demo.factories.clinical import PrescriptionItemFactory

pytestmark = pytest.mark.django_db

READ = import_module("clinical.migrations.0005_read_lines")
WORDS = import_module("clinical.migrations.0013_words_of_old_lines")
FIRST = import_module("clinical.migrations.0004_first_remedies")


@pytest.fixture
def apps():
    """The models as a migration has them: with Django's own managers, which write without a history."""
    return MigrationLoader(None).project_state().apps


@pytest.fixture
def old_lines():
    """Lines as they were: words only."""
    blank = {"potency_scale": "", "potency_number": None, "potency_method": "", "days": None, "form": ""}
    words = [
        ("natrum muriaticum ", "200 CH", "1 day"),
        ("Sac lac", "30C", "2 weeks"),
        ("Own mixture", "strong", "until better"),
        ("Calendula officinalis", "Ø", "999"),
    ]
    return [
        PrescriptionItemFactory(medicine_name=name, potency=potency, duration=duration, read=None, **blank)
        for name, potency, duration in words
    ]


def test_the_words_of_old_lines_are_told_batch_by_batch(apps, monkeypatch):
    def found():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM clinical_prescription WHERE lines_search @@ 'natrum'::tsquery")
            return cursor.fetchone()[0]

    monkeypatch.setattr(WORDS, "BATCH", 2)
    for _n in range(5):
        PrescriptionItemFactory(medicine_name="Natrum muriaticum")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clinical_prescription SET lines_search = NULL")
    assert found() == 0
    with connection.schema_editor() as editor:
        WORDS.fill(apps, editor)
    assert found() == 5


def meaning():
    items = PrescriptionItem.objects.order_by("created_at")
    return [(item.remedy and item.remedy.name, item.potency_scale, item.potency_number, item.days) for item in items]


def test_old_lines_are_read_batch_by_batch_and_back(old_lines, apps, monkeypatch):
    words = list(PrescriptionItem.objects.order_by("created_at").values_list("medicine_name", "potency", "duration"))
    monkeypatch.setattr(READ, "BATCH", 3)
    for _time in range(2):
        READ.read_lines(apps, None)
    assert meaning() == [
        ("Natrum muriaticum", "C", 200, 1),
        ("Sac lac", "C", 30, 14),
        (None, "", None, None),
        ("Calendula officinalis", "MT", None, None),
    ]
    assert words == list(
        PrescriptionItem.objects.order_by("created_at").values_list("medicine_name", "potency", "duration")
    )
    READ.forget_meaning(apps, None)
    assert meaning() == [(None, "", None, None)] * 4


def test_the_first_remedies_are_taken_away_and_come_back(apps):
    count = Remedy.objects.count()
    FIRST.remove_remedies(apps, None)
    assert not Remedy.objects.exists()
    FIRST.add_remedies(apps, None)
    assert Remedy.objects.count() == count
    assert RemedyRelation.objects.exists()
