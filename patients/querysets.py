"""Which patients and documents a person may see, and how a patient is found."""

from collections import Counter

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.expressions import RawSQL

from accounts.models import Fold, Role, User
from homeo.base.querysets import ArchivableQuerySet, BaseQuerySet
from patients import finding
from patients.finding import FILE_NO_MAX_DIGITS, PHONE_MIN_DIGITS, SLIPS_MIN_LETTERS
from patients.treating import treated_by

SLIPS_MAX = 20
LATELY = 50


class PatientQuerySet(ArchivableQuerySet):
    """Patients."""

    def for_user(self, user):
        """Return everybody for the front desk and admins, the treated for a doctor, oneself and wards for a patient."""
        if not user.has_perm("patients.view_patient"):
            return self.none()
        match user.role:
            case Role.ADMIN | Role.RECEPTIONIST:
                return self
            case Role.DOCTOR:
                return self.filter(treated_by(user))
            case Role.PATIENT:
                guardians = self.model._meta.get_field("guardians").related_model
                wards = guardians.objects.filter(user=user).values("patient")
                return self.filter(Q(user=user) | Q(pk__in=wards))
        return self.none()

    def with_account(self):
        """Load the account of each patient, which holds the name."""
        return self.select_related("user")

    def by_name(self):
        """Sort by name, without regard to case and accents."""
        return self.order_by("user__search_name", "pk")

    def usual_country(self) -> str:
        """Return the country of most of the patients who were registered lately, "" before the first."""
        lately = self.order_by("-created_at").values_list("country", flat=True)[:LATELY]
        return max(Counter(lately).items(), key=lambda pair: pair[1], default=("", 0))[0]

    def found(self, text: str):
        """Return the patients that `text` (part of a name, phone or file number) may mean, likeliest first.

        Each kind of match has its own index, and they are united by id: an OR over them would read every patient.
        Slips of the typing finger are forgiven by trigrams, at most 20 of them. One or two letters say too little for
        that: what they give comes by name.
        """
        words = text.split()
        if not words:
            return self.none()
        everybody = self.model.objects.order_by()
        typed = Fold(Value(" ".join(words)))
        matches = [everybody.filter(*(Q(user__search_name__contains=Fold(Value(word))) for word in words))]
        is_telling = sum(map(str.isalnum, text)) >= SLIPS_MIN_LETTERS
        if is_telling:
            likeness = TrigramWordSimilarity(typed, "search_name")
            slips = User.objects.filter(search_name__trigram_word_similar=typed).order_by(likeness.desc())[:SLIPS_MAX]
            matches.append(everybody.filter(user__in=slips.values("pk")))
        digits = "".join(filter(str.isdecimal, text))
        if len(digits) >= PHONE_MIN_DIGITS:
            matches.append(everybody.filter(phone_digits__contains=digits))
        if digits and len(digits) <= FILE_NO_MAX_DIGITS:
            matches.append(everybody.filter(file_no=int(digits)))
        first, *others = [match.values("pk") for match in matches]
        found = self.filter(pk__in=first.union(*others)).by_name()
        if not is_telling:
            return found
        likeness = TrigramWordSimilarity(typed, "user__search_name")
        return found.order_by(likeness.desc(), "user__search_name", "pk")

    def likeliest(self, text: str, count: int):
        """Return the `count` patients that `text` (part of a name, phone or file number) most likely means, as `found`.

        For a box that answers while somebody types: however many patients bear a name, only some of them are read,
        those whose words begin as typed before those that only contain the letters. Takes two queries.
        """
        typed = " ".join(text.split())
        if not typed:
            return self.none()
        sql, params = finding.candidates(text, *self.as_select(*finding.PEOPLE))
        # What somebody types is among the parameters.
        found = self.model.objects.filter(pk__in=RawSQL(f"SELECT id FROM ({sql}) AS found", params))  # noqa: S608, S611
        likeness = TrigramWordSimilarity(Fold(Value(typed)), "user__search_name")
        return found.order_by(likeness.desc(), "user__search_name", "pk")[:count]


class OfPatientQuerySet(BaseQuerySet):
    """Rows that belong to one patient each, by `patient`."""

    def of_patients_of(self, user, patient=None):
        """Return the rows of the patients whom the person may see.

        Args:
            patient: the one whose chart it is, found by `Patient.objects.for_user(user)`: nobody is looked up again.
        """
        if patient is not None:
            return self.filter(patient=patient)
        return self.filter(patient__in=self._patients_of(user))

    def own_or_of_patients_of(self, doctor, patient=None):
        """Return the doctor's own rows and those of the patients whom she treats; `patient` as for `of_patients_of`."""
        if patient is not None:
            return self.filter(patient=patient)
        return self.filter(Q(doctor=doctor) | Exists(self._patients_of(doctor).filter(pk=OuterRef("patient"))))

    def _patients_of(self, user):
        return self.model._meta.get_field("patient").related_model.objects.for_user(user)


class GuardianQuerySet(OfPatientQuerySet):
    """Who looks after whom."""

    def for_user(self, user, patient=None):
        """Return those of the patients whom the person may see."""
        return self.of_patients_of(user, patient)


class MedicalRecordQuerySet(OfPatientQuerySet, ArchivableQuerySet):
    """Documents of patients."""

    def for_user(self, user, patient=None):
        """Return those of treated patients for a doctor, own and wards' that are not archived for a patient."""
        if not user.has_perm("patients.view_medicalrecord"):
            return self.none()
        rows = self.active() if user.role == Role.PATIENT else self
        return rows.of_patients_of(user, patient)
