"""What holds for every table of ours."""

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.models import AuditLog, Role, Status, User
from homeo.base.models import BaseModel
from homeo.base.querysets import UnrecordedWriteError

OURS = ["base", "accounts", "patients", "scheduling", "clinical", "billing"]
LEVELS = {label: level for level, label in enumerate(OURS)}


def is_history(model):
    return model._meta.object_name.startswith("Historical")


MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS]
ROWS = [model for model in MODELS if issubclass(model, BaseModel)]


@pytest.mark.parametrize("model", [m for m in MODELS if not is_history(m)], ids=lambda m: m._meta.label)
def test_foreign_keys_go_down_only(model):
    for field in model._meta.concrete_fields:
        target = getattr(field.related_model, "_meta", None)
        if target and target.app_label in LEVELS:
            assert LEVELS[target.app_label] <= LEVELS[model._meta.app_label], field


@pytest.mark.parametrize("model", ROWS, ids=lambda m: m._meta.label)
def test_every_row_keeps_its_history(model):
    assert model.history.model._meta.db_table.endswith(f"historical{model._meta.model_name}")


@pytest.mark.parametrize("model", [m for m in MODELS if not is_history(m)], ids=lambda m: m._meta.label)
def test_a_table_is_ours_or_a_log(model):
    assert issubclass(model, BaseModel) or model._meta.object_name in {
        "AuditLog",
        "NameWord",
        "NoteDraft",
        "Submission",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("model", [*ROWS, AuditLog], ids=lambda m: m._meta.label)
@pytest.mark.parametrize(
    "user",
    [
        AnonymousUser(),
        User(role="UNKNOWN", status=Status.ACTIVE),
        *(User(role=role, status=Status.SUSPENDED) for role in Role.values),
    ],
    ids=lambda u: f"{getattr(u, 'role', 'nobody')}-{getattr(u, 'status', '')}",
)
def test_for_user_shows_nothing_to_a_stranger(model, user, make_some):
    user.__dict__.setdefault("is_active", getattr(user, "status", "") == Status.ACTIVE)
    assert model._base_manager.exists()
    assert not model.objects.for_user(user).exists()


@pytest.fixture
def make_some(db):
    """One row of every table at least."""
    from homeo.demo.factories import billing, clinical, patients, scheduling

    for factory in (
        *(billing.InvoiceFactory, clinical.ConsultationFactory, clinical.PrescriptionItemFactory),
        *(clinical.ComplaintResponseFactory, clinical.SignedNoteFactory, clinical.SnippetFactory),
        *(clinical.LetterFactory, clinical.FollowUpFactory),
        *(patients.GuardianFactory, patients.MedicalRecordFactory, scheduling.AppointmentFactory),
        *(scheduling.DoctorBreakFactory, scheduling.HoursExceptionFactory, scheduling.TimeOffFactory),
        *(scheduling.ClosureFactory, scheduling.VisitTypeFactory, scheduling.VisitSeriesFactory),
        *(scheduling.SlotOfferFactory, scheduling.NoticePreferenceFactory, scheduling.NoticeFactory),
        *(scheduling.CalendarFeedFactory, clinical.RemedyRelationFactory, clinical.TemplateItemFactory),
    ):
        factory()


@pytest.mark.django_db
@pytest.mark.parametrize("model", ROWS, ids=lambda m: m._meta.label)
def test_writes_that_leave_no_history_are_refused(model):
    with pytest.raises(UnrecordedWriteError):
        model.objects.all().update(updated_at=None)
    with pytest.raises(UnrecordedWriteError):
        model.objects.bulk_create([])
    with pytest.raises(UnrecordedWriteError):
        model.objects.bulk_update([], ["updated_at"])
    with pytest.raises(UnrecordedWriteError):
        model.objects.all().delete()


@pytest.mark.parametrize("model", ROWS, ids=lambda m: m._meta.label)
def test_every_text_is_bounded(model):
    for field in model._meta.concrete_fields:
        if isinstance(field, models.CharField | models.TextField) and not field.generated:
            assert field.max_length, field


@pytest.mark.parametrize("model", ROWS, ids=lambda m: m._meta.label)
def test_choices_are_kept_by_the_database(model):
    checks = str([c.condition for c in model._meta.constraints if isinstance(c, models.CheckConstraint)])
    for field in model._meta.concrete_fields:
        if field.choices and field.name != "record_type":
            assert f"('{field.name}__" in checks, field


@pytest.mark.parametrize("model", ROWS, ids=lambda m: m._meta.label)
def test_every_constraint_has_its_message(model):
    for constraint in model._meta.constraints:
        assert constraint.violation_error_message != constraint.default_violation_error_message, constraint.name
