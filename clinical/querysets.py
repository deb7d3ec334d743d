"""Which rows of the consulting room a person may see, and how a remedy is found."""

import re

from django.db import models
from django.db.models import Avg, Case, Count, Exists, IntegerField, OuterRef, Prefetch, Q, Subquery, When
from django.db.models.functions import Cast, Coalesce, Collate, Now

from accounts.models import Role
from clinical.words import Words, folded, words_of
from homeo.base.querysets import ArchivableQuerySet, BaseQuerySet
from patients.querysets import OfPatientQuerySet
from patients.treating import BACK
from scheduling.models import Appointment

NEXT_WORD = "[^ ]* (.* )?"
"""What may stand, as a pattern, between the beginnings of two words that were typed one after the other."""


class ConsultationQuerySet(OfPatientQuerySet, ArchivableQuerySet):
    """Consultations."""

    def for_user(self, user, patient=None):
        """Return one's own and those of treated patients for a doctor, one's own completed ones for a patient."""
        if not user.has_perm("clinical.view_consultation"):
            return self.none()
        match user.role:
            case Role.DOCTOR:
                return self.own_or_of_patients_of(user, patient)
            case Role.PATIENT:
                return self.active().of_patients_of(user, patient).filter(status="COMPLETED")
        return self.none()

    def written_by(self, doctor):
        """Return those that are the doctor's own."""
        return self.filter(doctor=doctor)

    def being_written_by(self, doctor):
        """Return those that the doctor is writing now, and of which the patient is treated by that alone.

        As `for_user().written_by()` has it, without asking for other visits: for what is sent every few seconds.
        """
        return self.active().written_by(doctor).filter(status="IN_PROGRESS", scheduled_at__gte=Now() - BACK)

    def with_responses(self):
        """Tell the mean of what each says about the complaints, rounded: `response`, up to 3 either way, `percent`."""
        responses = self.model._meta.get_field("responses").related_model
        told = responses.objects.filter(consultation=OuterRef("pk")).order_by().values("consultation")
        return self.annotate(
            response=Subquery(told.annotate(mean=rounded_mean("value")).values("mean")),
            percent=Subquery(told.annotate(mean=rounded_mean("percent")).values("mean")),
        )

    def with_answers(self):
        """Add `response`, `percent`, and `answers_later`: how many of these rows answered after each, of its patient.

        What was given at a visit is answered by the next one at which anybody asked, the one whose own number is one
        less. This is the rule by which a response belongs to a remedy.
        """
        later = models.Window(
            Count("response"),
            partition_by="patient",
            order_by=[models.F("scheduled_at").desc(), models.F("pk").desc()],
            frame=models.RowRange(end=-1),
        )
        return self.with_responses().annotate(answers_later=later)

    def attended(self):
        """Return those in which the patient was seen."""
        return self.filter(status__in=["IN_PROGRESS", "COMPLETED"])

    def with_prescriptions(self):
        """Load what was prescribed and not replaced, with its lines."""
        prescriptions = self.model._meta.get_field("prescriptions").related_model
        return self.prefetch_related(
            Prefetch("prescriptions", prescriptions.objects.active().unreplaced().with_items())
        )

    def latest_first(self):
        """Sort from the latest."""
        return self.order_by("-scheduled_at", "-pk")


class PrescriptionQuerySet(OfPatientQuerySet, ArchivableQuerySet):
    """Prescriptions."""

    def for_user(self, user, patient=None):
        """Return one's own and those of treated patients for a doctor, one's own signed ones for a patient."""
        if not user.has_perm("clinical.view_prescription"):
            return self.none()
        match user.role:
            case Role.DOCTOR:
                return self.own_or_of_patients_of(user, patient)
            case Role.PATIENT:
                return self.active().of_patients_of(user, patient).signed()
        return self.none()

    def written_by(self, doctor):
        """Return those that are the doctor's own."""
        return self.filter(doctor=doctor)

    def signed(self):
        """Return those that are final."""
        return self.filter(signed_at__isnull=False)

    def unreplaced(self):
        """Return those that no other one took the place of."""
        # A join would make the planner think that nearly all are replaced.
        return self.filter(~Exists(self.model.objects.filter(replaces=OuterRef("pk"))))

    def current(self):
        """Return those that are signed and not replaced."""
        return self.signed().unreplaced()

    def with_items(self):
        """Load the lines with their remedies, and what took the place of the prescription."""
        return self.select_related("replaced_by").prefetch_related("items__remedy")

    def latest_first(self):
        """Sort from the latest."""
        return self.order_by("-created_at", "-pk")


class PrescriptionItemQuerySet(BaseQuerySet):
    """Lines of prescriptions."""

    def for_user(self, user):
        """Return the lines of the prescriptions that the person may see."""
        prescriptions = self.model._meta.get_field("prescription").related_model
        return self.filter(prescription__in=prescriptions.objects.for_user(user))

    def given_by(self, doctor):
        """Return those that the doctor signed at a visit and that hold, with what they give.

        `key` is the same for the same remedy, by catalogue or by words, `sample` the id of a row that stands for it,
        `name` and `code` are the remedy's, `visit_id` is the consultation.
        """
        prescriptions = self.model._meta.get_field("prescription").related_model.objects
        own = prescriptions.for_user(doctor).written_by(doctor).active().current()
        return self.filter(prescription__in=own.filter(consultation__isnull=False)).annotate(
            key=Coalesce("remedy_id", Collate(Words("medicine_name"), "C"), output_field=models.TextField()),
            sample=Coalesce("remedy_id", "pk"),
            name=Coalesce("remedy__name", "medicine_name"),
            code=Coalesce("remedy__code", models.Value("")),
            visit_id=models.F("prescription__consultation_id"),
        )


class LetterQuerySet(OfPatientQuerySet, ArchivableQuerySet):
    """Certificates and referral letters."""

    def for_user(self, user, patient=None):
        """Return one's own and those of treated patients for a doctor, one's own that count for a patient."""
        if not user.has_perm("clinical.view_letter"):
            return self.none()
        match user.role:
            case Role.DOCTOR:
                return self.own_or_of_patients_of(user, patient)
            case Role.PATIENT:
                return self.active().of_patients_of(user, patient)
        return self.none()

    def written_by(self, doctor):
        """Return those that are the doctor's own."""
        return self.filter(doctor=doctor)

    def latest_first(self):
        """Sort from the latest."""
        return self.order_by("-signed_at", "-pk")


class FollowUpQuerySet(OfPatientQuerySet):
    """Follow-ups."""

    def for_user(self, user):
        """Return all for the front desk and admins, one's own for a doctor."""
        if not user.has_perm("clinical.view_followup"):
            return self.none()
        match user.role:
            case Role.ADMIN | Role.RECEPTIONIST:
                return self
            case Role.DOCTOR:
                return self.filter(doctor=user)
        return self.none()

    def open(self):
        """Return the latest of each patient and doctor, of patients who are not archived."""
        return self.filter(closed_at__isnull=True, patient__archived_at__isnull=True)

    def to_call(self):
        """Return the open ones that nobody declined and that no visit meets."""
        return self.open().filter(declined_at__isnull=True).with_met().filter(is_met=False)

    def with_met(self):
        """Add `is_met`: the patient is booked with the doctor, or was seen by her, on a later day than `since_date`.

        A visit that was cancelled or missed meets nothing.
        """
        same = {"patient": OuterRef("patient"), "doctor": OuterRef("doctor")}
        booked = Appointment.objects.occupying().filter(
            no_show_at__isnull=True, appointment_date__gt=OuterRef("since_date"), **same
        )
        # Seen without a visit, too.
        seen = self.model._meta.apps.get_model("clinical", "Consultation").objects.attended()
        seen = seen.active().filter(scheduled_at__date__gt=OuterRef("since_date"), **same)
        return self.annotate(is_met=Exists(booked) | Exists(seen))

    def with_people(self):
        """Load the patient's and the doctor's accounts."""
        return self.select_related("patient__user", "doctor")


class OfConsultationQuerySet(BaseQuerySet):
    """Rows that are part of a consultation."""

    def for_user(self, user, patient=None):
        """Return those of the consultations that the person may see; `patient` as for `of_patients_of`."""
        consultations = self.model._meta.get_field("consultation").related_model
        return self.filter(consultation__in=consultations.objects.for_user(user, patient))


class ComplaintQuerySet(OfConsultationQuerySet):
    """Complaints of cases."""

    def with_words(self):
        """Add `words`: the complaint as it is compared with those of other patients."""
        return self.annotate(words=Words("name"))

    def of_note(self, consultation):
        """Return the note's own, those it responds to, and the open ones of earlier notes; with all responses."""
        responses = self.model._meta.get_field("responses").related_model
        answered = responses.objects.filter(complaint=OuterRef("pk"), consultation=consultation)
        own = Q(consultation=consultation) | Exists(answered)
        of_patient = self.filter(patient=consultation.patient_id)
        asked = of_patient.filter(own | Q(pk__in=of_patient.open().values("pk")))
        return asked.prefetch_related("responses").order_by("created_at", "consultation", "position", "pk")

    def open(self):
        """Return those of signed notes which no signed note has closed."""
        responses = self.model._meta.get_field("responses").related_model
        closed = responses.objects.filter(
            complaint=OuterRef("pk"), is_closed=True, consultation__status="COMPLETED", consultation__archived_at=None
        )
        signed = self.filter(consultation__status="COMPLETED", consultation__archived_at=None)
        return signed.filter(~Exists(closed))


class SignedNoteQuerySet(OfConsultationQuerySet):
    """Signed notes and addenda."""

    def in_order(self):
        """Return the note, then the addenda as they were made."""
        return self.order_by("signed_at", "pk")


class NoteDraftQuerySet(models.QuerySet):
    """Drafts of notes: a log of windows, which nobody but the writer sees."""

    def for_user(self, user):
        """Return those of the doctor's own consultations."""
        if not user.has_perm("clinical.change_consultation"):
            return self.none()
        return self.filter(consultation__doctor=user)

    def latest_first(self):
        """Sort from the latest."""
        return self.order_by("-updated_at", "-pk")


class SnippetQuerySet(BaseQuerySet):
    """Snippets and templates of doctors."""

    def for_user(self, user):
        """Return the doctor's own."""
        if not user.has_perm("clinical.change_own_snippet"):
            return self.none()
        return self.filter(doctor=user)

    def templates(self):
        """Return those for whole notes."""
        return self.exclude(parts={})

    def texts(self):
        """Return those for one field."""
        return self.filter(parts={})

    def called(self, title: str):
        """Return those of a name."""
        return self.filter(title=title)

    def favourites_first(self):
        """Sort the favourites before the others, by name."""
        return self.order_by("-is_favourite", "title", "pk")


class PrescriptionTemplateQuerySet(ArchivableQuerySet):
    """Templates of prescriptions."""

    def for_user(self, user):
        """Return the doctor's own."""
        return self.filter(doctor=user) if user.has_perm("clinical.change_prescriptiontemplate") else self.none()

    def with_count(self):
        """Add how many lines each has, as `line_count`."""
        return self.annotate(line_count=Count("items"))

    def with_items(self):
        """Load the lines with their remedies."""
        return self.prefetch_related("items__remedy")


class TemplateItemQuerySet(BaseQuerySet):
    """Lines of templates."""

    def for_user(self, user):
        """Return the lines of the doctor's own templates."""
        templates = self.model._meta.get_field("template").related_model
        return self.filter(template__in=templates.objects.for_user(user))


class RemedyQuerySet(BaseQuerySet):
    """Remedies."""

    def for_user(self, user):
        """Return the whole catalogue for those who prescribe."""
        return self.all() if user.has_perm("clinical.view_remedy") else self.none()

    def offered(self):
        """Return those that are offered to whom prescribes."""
        return self.filter(is_active=True)

    def search(self, text: str):
        """Return the remedies that `text` may mean, the likeliest first: by abbreviation, then by words of the names.

        Each word typed begins a word of the name, in their order: "nat mur" is Natrum muriaticum.
        """
        words = words_of(text)
        if not words:
            return self.none()
        letters = "".join(words)
        begun = NEXT_WORD.join(words)
        ranks = (
            Q(letters=letters),
            Q(letters__startswith=letters),
            Q(search_name__regex=f"^{begun}"),
            Q(search_name__regex=rf"\m{begun}"),
            Q(search_name__regex=".*".join(words)),
        )
        rank = Case(*(When(when, then=place) for place, when in enumerate(ranks)), output_field=IntegerField())
        return self.alias(rank=rank).filter(rank__isnull=False).order_by("rank", "letters")

    def after(self, given):
        """Note of each which of the remedies `given` (ids) it is complementary to (`complements`) or `follows` well."""
        relations = self.model.relations.rel.related_model.objects.filter(is_active=True)
        complementary = relations.filter(kind="COMPLEMENTARY")
        own = complementary.filter(remedy=OuterRef("pk"), other__in=given).values("other__name")
        of_other = complementary.filter(other=OuterRef("pk"), remedy__in=given).values("remedy__name")
        following = relations.filter(kind="FOLLOWS_WELL", remedy=OuterRef("pk"), other__in=given).values("other__name")
        return self.annotate(complements=Coalesce(Subquery(own[:1]), Subquery(of_other[:1])), follows=following[:1])

    def meant(self, texts):
        """Return the remedy that each of `texts` means, by text: its abbreviation, its name, or the only one that fits.

        A text that means none, or several, is left out.
        """
        words = {text: words for text in texts if (words := words_of(text))}
        keys = {"".join(typed) for typed in words.values()}
        by_key = {}
        for remedy in self.filter(Q(letters__in=keys) | Q(name_letters__in=keys)):
            by_key.setdefault(remedy.name_letters, remedy)
            by_key[remedy.letters] = remedy
        found = {text: by_key[key] for text, typed in words.items() if (key := "".join(typed)) in by_key}
        open_ones = {text: "^" + NEXT_WORD.join(typed) for text, typed in words.items() if text not in found}
        if open_ones:
            fits = Q(*(Q(search_name__regex=pattern) for pattern in open_ones.values()), _connector=Q.OR)
            candidates = list(self.filter(fits))
            for text, pattern in open_ones.items():
                fitting = [remedy for remedy in candidates if re.match(pattern, folded(remedy.name))]
                if len(fitting) == 1:
                    found[text] = fitting[0]
        return found


class RemedyRelationQuerySet(BaseQuerySet):
    """Relations of remedies."""

    def for_user(self, user):
        """Return the whole table for those who prescribe."""
        return self.all() if user.has_perm("clinical.view_remedy") else self.none()

    def touching(self, remedies):
        """Return the relations in use in which one of `remedies` (ids) stands, on either side."""
        return self.filter(Q(remedy__in=remedies) | Q(other__in=remedies), is_active=True)


def rounded_mean(column: str):
    """Return the expression of the mean of whole numbers, rounded as Python rounds: a half to the even number."""
    return Cast(Cast(Avg(column), models.FloatField()), IntegerField())
