"""The demo clinic's staff and patients."""

import datetime as dt
import random
import unicodedata
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password

from accounts.audit import bulk
from accounts.models import User
from accounts.services import generated_email
from homeo.demo.factories.accounts import PASSWORD, AdminFactory, DoctorUserFactory, ReceptionistFactory, UserFactory
from homeo.demo.factories.patients import GuardianFactory, PatientFactory
from homeo.demo.factories.scheduling import DoctorAvailabilityFactory, DoctorBreakFactory, DoctorFactory
from homeo.demo.names import CHILDREN, KNOWN, ORIGINS, QUARTERS, STREETS, Origin
from patients.models import BloodGroup, Guardian, Patient
from scheduling.models import Doctor, DoctorAvailability, DoctorBreak, Weekday
from scheduling.slots import Span, minute_of, subtract, time_of

ALLERGIES = ("Penicillin", "House dust", "Sulfa drugs", "Peanut", "Latex")
PATIENTS = 300
LONG_DAY = 7 * 60
FAMILIES = 22
ADMINS = (("Vikram", "Deshpande", "admin"), ("Shirin", "Irani", "shirin.irani"))
DESK = (
    ("Meera", "Kulkarni", "reception"),
    ("Ramesh", "Gaikwad", "ramesh.gaikwad"),
    ("Joana", "Lobo", "joana.lobo"),
    ("Arshad", "Kazi", "arshad.kazi"),
)


@dataclass(frozen=True)
class Post:
    """A doctor's place in the clinic.

    `off` counts the days from today on which the doctor is away every week. Who `is_present` works today around the
    present time, so that the demo lives at any hour.
    """

    first_name: str
    last_name: str
    login: str
    specialization: str
    qualifications: str
    years: int
    fee: int
    slot: int
    hours: tuple[str, str]
    off: frozenset[int]
    is_present: bool
    bio: str


POSTS = (
    Post("Anjali", "Sen", "doctor", "Classical homeopathy", "BHMS, MD (Hom)", 19, 600, 15, ("09:00", "18:30"),
         frozenset({3}), True, "Migraine, skin, the complaints of women. Speaks Bengali, Marathi and English."),
    Post("Tobias", "Lindqvist", "tobias.lindqvist", "Joints and sports injuries", "MD, Dip. Hom.", 14, 700, 20,
         ("09:30", "17:10"), frozenset({4}), True, "Came to Pune from Gothenburg. Speaks Swedish, German and English."),
    Post("Farida", "Qureshi", "farida.qureshi", "Mothers and children", "BHMS, DCH", 11, 500, 15, ("12:00", "19:00"),
         frozenset({5}), False, "Sees babies from the first week on. Speaks Urdu, Hindi, Marathi and English."),
    Post("K.", "Subramaniam", "k.subramaniam", "Chronic diseases", "BHMS, MD (Hom), PhD", 31, 800, 15,
         ("10:00", "17:30"), frozenset({1}), True, "Asthma, diabetes, old age. Speaks Tamil and English."),
    Post("Nomvula", "Dlamini", "nomvula.dlamini", "Case-taking, long visits", "MTech (Hom)", 9, 900, 30,
         ("09:00", "14:00"), frozenset({2, 6}), False, "Takes an hour for the first case. Speaks Zulu and English."),
    Post("Rafael", "Muñoz", "rafael.munoz", "Allergies and skin", "LMHI, MD", 7, 450, 10, ("14:00", "20:00"),
         frozenset({0, 3}), False, "Evening clinic. Speaks Spanish, Portuguese and English."),
)  # fmt: skip


@dataclass
class People:
    """Everybody in the clinic, `asha` being the patient whose story is told and `known` those met first.

    `hours` are the spans of work of each doctor's account on each weekday, `breaks` the lunch in them, `away` what is
    cut out of single days.
    """

    admins: list[User] = field(default_factory=list)
    desk: list[User] = field(default_factory=list)
    doctors: list[User] = field(default_factory=list)
    hours: dict[tuple[str, int], Span] = field(default_factory=dict)
    breaks: dict[tuple[str, int], Span] = field(default_factory=dict)
    away: dict[tuple[str, dt.date], Span] = field(default_factory=dict)
    patients: list[Patient] = field(default_factory=list)
    asha: Patient = None
    known: list[Patient] = field(default_factory=list)
    guardians: list[Guardian] = field(default_factory=list)

    @property
    def others(self) -> list[Patient]:
        """Return the patients but Asha."""
        return [patient for patient in self.patients if patient is not self.asha]

    def hours_on(self, doctor: User, day: dt.date) -> Span | None:
        """Return the doctor's hours of a day in minutes after midnight, None for a day off."""
        return self.hours.get((doctor.pk, Weekday.of(day).value))

    def open_on(self, doctor: User, day: dt.date) -> list[Span]:
        """Return the spans of a day in which the doctor sees patients."""
        weekly = (doctor.pk, Weekday.of(day).value)
        cuts = [cut for cut in (self.breaks.get(weekly), self.away.get((doctor.pk, day))) if cut]
        return subtract([self.hours[weekly]] if weekly in self.hours else [], cuts)


class Register:
    """Makes the people of the clinic, `now` being local time."""

    def __init__(self, rng: random.Random, now: dt.datetime):
        self.rng = rng
        self.now = now
        self.password = make_password(PASSWORD)
        self.people = People()
        self._names: set[str] = set()
        self._logins: set[str] = set()

    def fill(self) -> People:
        """Save the staff, the patients and their guardians, and return them."""
        self._make_staff()
        self._make_patients()
        return self.people

    # ── Staff ───────────────────────────────────────────────────────────────
    def _make_staff(self) -> None:
        opened = self.now - dt.timedelta(days=5 * 365)
        people = self.people
        people.admins = [self._user(AdminFactory, *person, made=opened) for person in ADMINS]
        founder = people.admins[0]
        people.desk = [self._user(ReceptionistFactory, *person, made=opened, by=founder) for person in DESK]
        people.doctors = [
            self._user(DoctorUserFactory, post.first_name, post.last_name, post.login, made=opened, by=founder)
            for post in POSTS
        ]
        bulk.create([*people.admins, *people.desk, *people.doctors])
        profiles, rows = [], []
        for user, post in zip(people.doctors, POSTS, strict=True):
            profile = self._profile(user, post)
            profiles.append(came(profile, opened, founder))
            rows += [came(row, opened, founder) for row in self._availability(profile, post)]
        breaks = [came(row, opened, founder) for profile in profiles for row in self._lunches(profile)]
        bulk.create(profiles)
        bulk.create(rows)
        bulk.create(breaks)

    def _user(self, factory, first_name, last_name, login, *, made, by=None) -> User:
        user = factory.build(
            first_name=first_name,
            last_name=last_name,
            email=f"{login}@homeo.example",
            phone=self._digits("98### #####"),
            password=self.password,
        )
        return came(user, made, by)

    def _profile(self, user: User, post: Post) -> Doctor:
        return DoctorFactory.build(
            user=user,
            specialization=post.specialization,
            license_number=self._digits("MCH-#####"),
            years_experience=post.years,
            qualifications=post.qualifications,
            clinic_address="Banyan Clinic, Karve Road, Kothrud, Pune",
            consultation_fee=post.fee,
            slot_minutes=post.slot,
            bio=post.bio,
        )

    def _availability(self, doctor: Doctor, post: Post) -> list[DoctorAvailability]:
        rows = []
        for ahead in range(7):
            span = tuple(minute_of(dt.time.fromisoformat(time)) for time in post.hours)
            is_open = ahead not in post.off
            weekday = Weekday.of(self.now.date() + dt.timedelta(days=ahead)).value
            if ahead == 0 and post.is_present:
                span = around(span, minute_of(self.now.time()))
            if is_open:
                self.people.hours[doctor.user_id, weekday] = span
                lunch = lunch_in(span)
                if lunch and not (ahead == 0 and post.is_present and is_near(lunch, minute_of(self.now.time()))):
                    self.people.breaks[doctor.user_id, weekday] = lunch
            rows.append(
                DoctorAvailabilityFactory.build(
                    doctor=doctor,
                    day_of_week=weekday,
                    start_time=time_of(span[0]),
                    end_time=time_of(span[1]),
                    is_available=is_open,
                )
            )
        return rows

    def _lunches(self, doctor: Doctor) -> list[DoctorBreak]:
        return [
            DoctorBreakFactory.build(
                doctor=doctor, day_of_week=weekday, start_time=time_of(span[0]), end_time=time_of(span[1])
            )
            for (user_id, weekday), span in self.people.breaks.items()
            if user_id == doctor.user_id
        ]

    # ── Patients ────────────────────────────────────────────────────────────
    def _make_patients(self) -> None:
        rng, people = self.rng, self.people
        people.asha = self._asha()
        people.known = [self._patient(*person) for person in KNOWN]
        people.patients = [people.asha, *people.known]
        shares = [origin.share for origin in ORIGINS]
        while len(people.patients) < PATIENTS - 2 * FAMILIES - 1:
            people.patients.append(self._stranger(rng.choices(ORIGINS, shares)[0]))
        parents = [
            patient
            for patient in people.others
            if 27 <= self.now.year - patient.date_of_birth.year <= 48 and patient.gender != "OTHER"
        ]
        self._child_of(people.asha, "Ishaan", "MALE", 7)
        for parent in rng.sample(parents, FAMILIES):
            for _ in range(2):
                gender, name = rng.choice(CHILDREN)
                self._child_of(parent, name, gender, rng.randint(0, 11))
        carers = [self._carer_of(elder) for elder in self._elders()[:5]]
        # In the order of their registration, so that file numbers count up with time.
        people.patients.sort(key=lambda patient: patient.created_at)
        bulk.create([*(patient.user for patient in people.patients), *carers])
        bulk.create(people.patients)
        bulk.create(people.guardians)

    def _asha(self) -> Patient:
        asha = self._patient("Asha", "Rao", "FEMALE", 41, email="patient@homeo.example", phone="98230 55614")
        asha.date_of_birth = asha.date_of_birth.replace(month=3, day=14)
        asha.blood_group = BloodGroup.B_POSITIVE
        asha.emergency_contact = "Nikhil Rao, husband, 98230 55615"
        asha.allergies = "Penicillin (swelling of the face, 2014)\nPeanut (hives)"
        asha.chronic_diseases = "Migraine without aura (2009)\nHypothyroidism (2016)\nPremenstrual low mood (2019)"
        asha.notes = "Schoolteacher. Levothyroxine 75 µg in the morning, naproxen 500 mg if needed."
        made = self.now - dt.timedelta(days=255)
        for row in (asha, asha.user):
            came(row, made, self.people.desk[0])
        return asha

    def _stranger(self, origin: Origin) -> Patient:
        gender = self.rng.choice(["FEMALE", "FEMALE", "MALE"])
        first_name = self.rng.choice(origin.women if gender == "FEMALE" else origin.men)
        last_name = self.rng.choice(origin.families)
        if f"{first_name} {last_name}" in self._names:
            return self._stranger(origin)
        years = min(max(int(self.rng.gauss(43, 17)), 14), 91)
        return self._patient(first_name, last_name, gender, years, origin=origin)

    def _patient(self, first_name, last_name, gender, years, *, origin=None, email=None, phone="") -> Patient:
        rng = self.rng
        self._names.add(f"{first_name} {last_name}")
        is_far = origin and origin is not ORIGINS[0] and rng.random() < 0.25
        quarter, code = rng.choice(QUARTERS)
        home = (f"{rng.randint(1, 98)} {rng.choice(STREETS)}, {quarter}", "Pune", "Maharashtra", code, "India")
        phone = phone or self._digits(origin.phone if is_far else "9#### #####")
        if email is None:
            email = self._email(first_name, last_name) if rng.random() < 0.85 else generated_email()
        by = rng.choice(self.people.desk)
        # Half of the patients came before the year that the demo tells, some today.
        ago = rng.choices([rng.randint(366, 1400), rng.randint(1, 365), 0], [50, 49, 1])[0]
        made = min(at_desk(self.now - dt.timedelta(days=ago), rng), self.now - dt.timedelta(minutes=rng.randint(9, 60)))
        user = UserFactory.build(
            first_name=first_name, last_name=last_name, email=email, phone=phone, password=self.password
        )
        patient = PatientFactory.build(
            user=came(user, made, by),
            date_of_birth=self.now.date() - dt.timedelta(days=int(365.25 * years) + rng.randint(20, 340)),
            gender=gender,
            blood_group=rng.choice([None, *BloodGroup.values]),
            phone=phone,
            emergency_contact=rng.choice(["", self._digits("98### #####")]),
            allergies=rng.choices(["", *ALLERGIES], [70, 8, 8, 5, 5, 4])[0],
            chronic_diseases=self._chronic(years),
        )  # fmt: skip
        names = ("address", "city", "state", "postal_code", "country")
        for name, value in zip(names, origin.home if is_far else home, strict=True):
            setattr(patient, name, value)
        return came(patient, made, by)

    def _child_of(self, parent: Patient, first_name: str, gender: str, years: int) -> None:
        last_name = parent.user.last_name
        if f"{first_name} {last_name}" in self._names:
            first_name = f"{first_name} {self.rng.choice('ABDKMRS')}."
        child = self._patient(first_name, last_name, gender, years, email=generated_email(), phone=parent.phone)
        for name in ("address", "city", "state", "postal_code", "country"):
            setattr(child, name, getattr(parent, name))
        # A baby is not registered before it is born.
        born = dt.datetime.combine(child.date_of_birth, dt.time(11), self.now.tzinfo) + dt.timedelta(days=9)
        made = max(parent.created_at, born, child.created_at)
        for row in (child, child.user):
            came(row, made, child._history_user)
        relationship = {"FEMALE": "Mother", "MALE": "Father"}[parent.gender]
        self._look_after(child, parent.user, relationship)

    def _elders(self) -> list[Patient]:
        return [patient for patient in self.people.patients if self.now.year - patient.date_of_birth.year > 74]

    def _carer_of(self, elder: Patient) -> User:
        gender, relationship = self.rng.choice([("women", "Daughter"), ("men", "Son")])
        first_name = self.rng.choice(getattr(ORIGINS[0], gender))
        user = UserFactory.build(
            first_name=first_name,
            last_name=elder.user.last_name,
            email=self._email(first_name, elder.user.last_name),
            phone=elder.phone,
            password=self.password,
        )
        came(user, elder.created_at, elder._history_user)
        guardian = GuardianFactory.build(patient=elder, user=user, relationship=relationship)
        self.people.guardians.append(came(guardian, elder.created_at, elder._history_user))
        return user

    def _look_after(self, child: Patient, user: User, relationship: str) -> None:
        guardian = GuardianFactory.build(patient=child, user=user, relationship=relationship)
        self.people.guardians.append(came(guardian, child.created_at, child._history_user))
        self.people.patients.append(child)

    def _chronic(self, years: int) -> str:
        if self.rng.random() > years / 90:
            return ""
        return self.rng.choice(
            ["Hypertension", "Diabetes, type 2", "Hypothyroidism", "Asthma", "Osteoarthritis", "Hypertension\nDiabetes"]
        )

    def _email(self, first_name: str, last_name: str) -> str:
        plain = unicodedata.normalize("NFKD", f"{first_name}.{last_name}").encode("ascii", "ignore").decode().lower()
        login = "".join(letter for letter in plain if letter.isalnum() or letter == ".").strip(".")
        if not login:
            return generated_email()
        while login in self._logins:
            login += str(self.rng.randint(2, 99))
        self._logins.add(login)
        return f"{login}@post.example"

    def _digits(self, pattern: str) -> str:
        return "".join(str(self.rng.randint(1, 9)) if letter == "#" else letter for letter in pattern)


def came(row, when: dt.datetime, by: User | None):
    """Return a new row as one that `by` made at `when`, for its history too."""
    row.created_at = row._history_date = when
    row._history_user = by
    return row


def at_desk(day: dt.datetime, rng: random.Random) -> dt.datetime:
    """Return a moment of that day when the front desk is open."""
    return day.replace(hour=rng.randint(9, 17), minute=rng.randint(0, 59), second=rng.randint(0, 59))


def lunch_in(span: Span) -> Span | None:
    """Return the hour in the middle of a long day's work, None for a short day."""
    if span[1] - span[0] < LONG_DAY:
        return None
    middle = (span[0] + span[1]) // 2 // 15 * 15
    return middle - 30, middle + 30


def is_near(lunch: Span, minute: int) -> bool:
    """Tell whether lunch would empty the room at that time, or soon."""
    return lunch[0] - 120 <= minute <= lunch[1] + 60


def around(span: Span, minute: int) -> Span:
    """Return hours of the same length that have `minute` well inside, so that the demo lives at any time of the day."""
    start, end = span
    if minute < start + 90:
        start = max(0, minute - 90) // 30 * 30
    elif minute > end - 120:
        start = min(minute + 150, 24 * 60 - 15) // 15 * 15 - (end - start)
    return start, start + span[1] - span[0]
