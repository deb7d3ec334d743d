"""One row of every table, with clinical text that must not be seen."""

import pytest
from django.apps import apps
from django.db import models

from homeo.base.fields import new_id

SECRET = "Secretum"
APPS = ["base", "accounts", "patients", "scheduling", "clinical", "billing"]


def tables():
    """Return every model of ours, without the histories."""
    models = [model for label in APPS for model in apps.get_app_config(label).get_models()]
    return [model for model in models if not model.__name__.startswith("Historical")]


def is_text(field):
    """Tell whether any words may stand in the column."""
    return isinstance(field, models.CharField | models.TextField) and not field.choices


@pytest.fixture
def rows(admin):
    """One row of each model, by model; every clinical column holds the secret, and has been changed once."""
    from accounts.models import AuditLog, NameWord, User
    from homeo.base.models import Submission
    from homeo.demo.factories.billing import InvoiceFactory
    from homeo.demo.factories.clinical import (
        ComplaintFactory,
        ComplaintResponseFactory,
        ConsultationFactory,
        FollowUpFactory,
        LetterFactory,
        NoteDraftFactory,
        PrescriptionFactory,
        PrescriptionItemFactory,
        PrescriptionTemplateFactory,
        RemedyFactory,
        RemedyRelationFactory,
        SignedNoteFactory,
        SnippetFactory,
        TemplateItemFactory,
    )
    from homeo.demo.factories.patients import GuardianFactory, MedicalRecordFactory, PatientFactory
    from homeo.demo.factories.scheduling import (
        AppointmentFactory,
        CalendarFeedFactory,
        ClosureFactory,
        DoctorBreakFactory,
        DoctorFactory,
        HoursExceptionFactory,
        NoticeFactory,
        NoticePreferenceFactory,
        SlotOfferFactory,
        TimeOffFactory,
        VisitSeriesFactory,
        VisitTypeFactory,
        WaitingEntryFactory,
    )
    from scheduling.models import SchedulingRules

    doctor = DoctorFactory()
    patient = PatientFactory()
    people = {"patient": patient, "doctor": doctor.user}
    prescription = PrescriptionFactory(**people, replaces=PrescriptionFactory(**people), replace_reason="Slip")
    visit = AppointmentFactory(patient=patient, doctor=doctor.user)
    entry = WaitingEntryFactory(patient=patient, doctor=doctor.user)
    rules = SchedulingRules.objects.current()
    rules.save()  # the row of the migration has no history
    made = [
        patient.user,
        NameWord.objects.first(),
        patient,
        GuardianFactory(patient=patient),
        MedicalRecordFactory(patient=patient, uploaded_by=doctor.user),
        doctor,
        doctor.availability.first(),
        DoctorBreakFactory(doctor=doctor),
        HoursExceptionFactory(doctor=doctor),
        TimeOffFactory(doctor=doctor),
        ClosureFactory(),
        VisitTypeFactory(),
        rules,
        visit,
        VisitSeriesFactory(patient=patient, doctor=doctor.user),
        entry,
        SlotOfferFactory(entry=entry, doctor=doctor.user),
        NoticeFactory(appointment=visit),
        NoticePreferenceFactory(patient=patient),
        CalendarFeedFactory(user=doctor.user),
        ConsultationFactory(patient=patient, doctor=doctor.user),
        RemedyFactory(),
        PrescriptionTemplateFactory(),
        TemplateItemFactory(),
        RemedyRelationFactory(),
        ComplaintFactory(patient=patient, consultation__patient=patient, consultation__doctor=doctor.user),
        ComplaintResponseFactory(complaint__consultation__patient=patient),
        NoteDraftFactory(consultation__patient=patient),
        SignedNoteFactory(consultation__patient=patient),
        SnippetFactory(doctor=doctor.user),
        prescription,
        FollowUpFactory(patient=patient, doctor=doctor.user),
        PrescriptionItemFactory(prescription=prescription),
        LetterFactory(patient=patient, doctor=doctor.user),
        InvoiceFactory(patient=patient),
    ]
    for number in range(2):
        for row in made:
            fields = [row._meta.get_field(name) for name in getattr(row, "clinical_fields", ())]
            names = [field.name for field in fields if is_text(field)]
            for name in names:
                setattr(row, name, f"{SECRET} {number}")
            for field in fields:
                if isinstance(field, models.JSONField):
                    names.append(field.name)
                    setattr(row, field.name, {"mind": f"{SECRET} {number}"})
            if names:
                row.save()
    found = {type(row): row for row in made}
    found[User] = patient.user
    found[AuditLog] = AuditLog.objects.filter(entity="Patient").first()
    found[Submission] = Submission.objects.create(pk=new_id(), user_id=admin.pk, path="/patients/new/")
    return found
