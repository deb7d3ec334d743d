"""Why a doctor should think twice before a line of a prescription: allergies, inimical and antidoting remedies.

None of it forbids anything: the doctor keeps the line with a reason.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.durations import LONGEST
from clinical.models import Prescription, PrescriptionItem, Relation, Remedy, RemedyRelation
from clinical.models.remedies import LONGEST_ACTION
from clinical.words import words_of
from homeo.base.statements import Statement
from patients.models import Patient

# Words of names that say nothing about what the remedy is made of.
PLAIN_WORDS = frozenset(
    words_of(
        """
        acid acidum alba album american annuum aqua bark bitter black blue canadensis carbonate chloride common crude
        europaeum false german giant great green horse indian iodide light metallicum nigra nosode oil officinale
        officinalis oxide phosphate plant poison red root salt seed spring sulphate sweet tree vulgaris water white
        wild yellow and from the with for not any none nil known allergy
        """
    )
)
STEM = 6
"""So many letters of an allergy begin a remedy: penicillin, Penicillinum."""


class Kind(models.TextChoices):
    """What the caution is about."""

    ALLERGY = "ALLERGY", gettext_lazy("Allergy")
    INIMICAL = "INIMICAL", gettext_lazy("Inimical")
    ANTIDOTE = "ANTIDOTE", gettext_lazy("Antidote")


@dataclass(frozen=True)
class Caution:
    """One reason to think twice, in words."""

    kind: Kind
    text: str


def cautions_of(
    patient: Patient, remedies: list[Remedy | None], *, besides: Prescription | None = None
) -> list[list[Caution]]:
    """Return the cautions of each line of a prescription, by its remedy; none for a placebo or a remedy unknown.

    Two remedies of one prescription are told of at the later line. Of earlier prescriptions count those that are
    signed and not replaced, while they may still act; `besides` is the one that the new one takes the place of.
    """
    found = [_allergies(patient, remedy) if _acts(remedy) else [] for remedy in remedies]
    asked = {remedy.pk for remedy in remedies if _acts(remedy)}
    relations = {}
    for relation in _relations().rows({REMEDIES: list(asked)}) if asked else ():
        _id, _kind, remedy, other, *_names = relation
        relations.setdefault(frozenset({remedy, other}), _Relation(*relation))
    if not relations:
        return found
    others = frozenset().union(*relations)
    earlier = list(_acting(patient, others, besides))
    for number, remedy in enumerate(remedies):
        if not _acts(remedy):
            continue
        told = {}
        for other in remedies[:number]:
            if other and (relation := relations.get(frozenset({remedy.pk, other.pk}))):
                told[relation.id] = _of_both(relation)
        for item, last_day in earlier:
            if relation := relations.get(frozenset({remedy.pk, item.remedy_id})):
                told.setdefault(relation.id, _of_earlier(relation, item, last_day))
        found[number] += told.values()
    return found


class _Relation(NamedTuple):
    id: str
    kind: Relation
    remedy: str
    other: str
    remedy_name: str
    other_name: str


REMEDIES, PATIENT, BESIDES = ":remedies", ":patient", ":besides"
"""Stand-ins, see `homeo.base.statements`."""
ANY_OF_THEM = RawSQL("SELECT unnest(%s::text[])", [REMEDIES])


@cache
def _relations() -> Statement:
    names = ("pk", "kind", "remedy_id", "other_id", "remedy__name", "other__name")
    touching = RemedyRelation.objects.touching(ANY_OF_THEM)
    return Statement(touching.filter(kind__in=[Relation.INIMICAL, Relation.ANTIDOTE]).values_list(*names))


def _acts(remedy) -> bool:
    return remedy is not None and not remedy.is_placebo


def _acting(patient, remedies, besides):
    """Return the latest line of each remedy that may still act, with the last day on which it may."""
    today = timezone.localdate()
    values = {PATIENT: patient.pk, REMEDIES: list(remedies), BESIDES: besides.pk if besides else ""}
    seen = set()
    for item in _given().objects(values):
        given = timezone.localdate(item.prescription.signed_at)
        last_day = given + dt.timedelta(days=(item.days or 1) - 1 + item.remedy.acts_for)
        if last_day >= today and item.remedy_id not in seen:
            seen.add(item.remedy_id)
            yield item, last_day


@cache
def _given() -> Statement:
    longest = dt.timedelta(days=LONGEST_ACTION + LONGEST + 1)
    prescriptions = Prescription.objects.active().current().filter(patient=PATIENT, signed_at__gte=Now() - longest)
    items = PrescriptionItem.objects.filter(prescription__in=prescriptions.exclude(pk=BESIDES), remedy__in=ANY_OF_THEM)
    shown = ("medicine_name", "potency", "days", "prescription__signed_at", "remedy__days_of_action")
    shown = items.select_related("prescription", "remedy").only(*shown)
    return Statement(shown.order_by("-prescription__signed_at"))


def _of_earlier(relation, item, last_day) -> Caution:
    told = _("%(line)s was given on %(given)s and may act until %(until)s.") % {
        "line": item.label,
        "given": _day(timezone.localdate(item.prescription.signed_at)),
        "until": _day(last_day),
    }
    return Caution(Kind(relation.kind), f"{_said(relation)} {told}")


def _of_both(relation) -> Caution:
    return Caution(Kind(relation.kind), f"{_said(relation)} {_('Both are on this prescription.')}")


def _said(relation) -> str:
    names = {"remedy": relation.remedy_name, "other": relation.other_name}
    if relation.kind == Relation.INIMICAL:
        return _("%(remedy)s and %(other)s are inimical.") % names
    return _("%(remedy)s antidotes %(other)s.") % names


def _day(day: dt.date) -> str:
    return date_format(day, "j M Y")


def _allergies(patient, remedy) -> list[Caution]:
    """Return a caution for each line of the patient's allergies in which a word of the remedy's names stands."""
    names = _singular(words_of(f"{remedy.name} {remedy.common_name}")) - PLAIN_WORDS
    found = []
    for line in patient.allergies.splitlines():
        words = _singular(words_of(line)) - PLAIN_WORDS
        if words & names or any(len(word) >= STEM and name.startswith(word) for word in words for name in names):
            told = _("Allergies say “%(line)s”: it may name %(remedy)s.")
            found.append(Caution(Kind.ALLERGY, told % {"line": line.strip(), "remedy": remedy.name}))
    return found


def _singular(words: list[str]) -> set[str]:
    """Return the words of three letters and more, without the s of a plural."""
    return {word.removesuffix("s") if len(word) > 3 else word for word in words if len(word) > 2}
