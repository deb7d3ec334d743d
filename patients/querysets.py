"""Which patients and documents a person may see, and how a patient is found."""

import re
from collections import Counter, defaultdict

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.expressions import RawSQL

from accounts.models import Fold, Role, User
from homeo.base.querysets import ArchivableQuerySet, BaseQuerySet
from patients.treating import treated_by

SLIPS_MAX = 20
SLIPS_MIN_LETTERS = 3
SLIPS_MIN_LIKENESS = 0.4
PHONE_MIN_DIGITS = 3
FILE_NO_MAX_DIGITS = 9
WORDS_MAX = 4
LATELY = 50
NUMBER = re.compile(r"(h-)?[\d\s+()./-]*\d[\d\s+()./-]*", re.IGNORECASE)
"""A part of a phone or file number, as people type it."""


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
        found = self.model.objects.filter(pk__in=RawSQL(*self.candidates(text)))  # noqa: S611 - no text in it
        likeness = TrigramWordSimilarity(Fold(Value(typed)), "user__search_name")
        return found.order_by(likeness.desc(), "user__search_name", "pk")[:count]

    def candidates(self, text: str) -> tuple[str, list]:
        """Return a SELECT of the ids of those whom `text` may mean, some of each kind of match, and its parameters.

        Asks a query where there are names, for slips of the finger.
        """
        # A number is not looked for among names.
        names = [] if NUMBER.fullmatch(text.strip()) else text.split()[:WORDS_MAX]
        people, people_params = self.as_select("id", "user_id", "phone_digits", "file_no")
        matches, params = [], []

        def match(condition, values):
            matches.append(CANDIDATES.format(condition=condition, people=people))
            params.extend([*people_params, *values])

        if names:
            parts = [f"{word.translate(LIKE_SIGNS)}%" for word in names]
            match(_all(BEGINS, names), [value for part in parts for value in (part, f"% {part}")])
            match(_all(CONTAINS, names), [f"%{part}" for part in parts])
        if slips := _slips(names):
            match(
                f"{_all(CONTAINS_ANY, slips)} AND {LIKE_ENOUGH}",
                [*([f"%{word}%" for word in meant] for meant in slips), " ".join(names), SLIPS_MIN_LIKENESS],
            )
        digits = "".join(filter(str.isdecimal, text))
        if len(digits) >= PHONE_MIN_DIGITS:
            match("p.phone_digits LIKE %s", [f"%{digits}%"])
        if digits and len(digits) <= FILE_NO_MAX_DIGITS:
            match("p.file_no = %s", [int(digits)])
        return " UNION ".join(matches), params


# What somebody types is only ever a parameter. Written out, since Django took longer to put this together for each
# letter typed than the database to answer. Each kind of match has its own index and gives no more than some.
CANDIDATES = """
    (SELECT p.id FROM accounts_user AS u JOIN ({people}) AS p ON p.user_id = u.id WHERE {condition} LIMIT 20)
"""
BEGINS = "(u.search_name LIKE homeo_fold(%s) OR u.search_name LIKE homeo_fold(%s))"
CONTAINS = "u.search_name LIKE homeo_fold(%s)"
CONTAINS_ANY = "u.search_name LIKE ANY (%s)"
LIKE_ENOUGH = "word_similarity(homeo_fold(%s), u.search_name) >= %s"
ALIKE = """
    (SELECT typed, word FROM accounts_nameword, homeo_fold(%s) AS typed
     WHERE word %%> typed OR letters = homeo_letters(typed)
     ORDER BY similarity(word, typed) DESC, word LIMIT 3)
"""
LIKE_SIGNS = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def _all(condition: str, things: list) -> str:
    """Return the condition once for each thing, all of which must hold."""
    return " AND ".join([condition] * len(things))


def _slips(words: list[str]) -> list[list[str]]:
    """Return for each typed word the words of names that it may mean, the likest first, if any is a slip at all.

    A word that is somebody's name means itself; one that is like none is left out, and the others must do.
    """
    asked = [word for word in words if len(word) >= SLIPS_MIN_LETTERS]
    if not asked:
        return []
    meant = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([ALIKE] * len(asked)), asked)
        for typed, word in cursor.fetchall():
            if meant[typed] != [typed]:
                meant[typed].append(word)
    has_slip = len(meant) < len(set(asked)) or any(alike != [typed] for typed, alike in meant.items())
    return list(meant.values()) if has_slip else []


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
