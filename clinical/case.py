"""The words of a homeopathic case: its parts, how a patient responds, and what the doctor decides."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Layout(models.TextChoices):
    """For what a note is laid out: taking the case, or following it up."""

    FIRST = "FIRST", _("First visit")
    FOLLOW_UP = "FOLLOW_UP", _("Follow-up")


class Decision(models.TextChoices):
    """What follows from the response to the last remedy."""

    REPEAT = "REPEAT", _("Repeat")
    WAIT = "WAIT", _("Wait")
    CHANGE_POTENCY = "CHANGE_POTENCY", _("Change the potency")
    CHANGE_REMEDY = "CHANGE_REMEDY", _("Change the remedy")
    ANTIDOTE = "ANTIDOTE", _("Antidote")
    REFER = "REFER", _("Refer")


DECISION_BUTTONS = {
    Decision.REPEAT: (_("Repeat"), _("same again")),
    Decision.WAIT: (_("Wait"), _("Sac lac")),
    Decision.CHANGE_POTENCY: (_("Potency"), _("higher or lower")),
    Decision.CHANGE_REMEDY: (_("Remedy"), _("a new one")),
    Decision.ANTIDOTE: (_("Antidote"), _("undo it")),
    Decision.REFER: (_("Refer"), _("to a colleague")),
}
"""The short words on the buttons: what, and how."""


class CureDirection(models.TextChoices):
    """Where the symptoms move, by Hering's law."""

    OUTWARDS = "OUTWARDS", _("From within outwards")
    DOWNWARDS = "DOWNWARDS", _("From above downwards")
    OLD_RETURNED = "OLD_RETURNED", _("Old symptom returned, then left")
    OLD_STAYS = "OLD_STAYS", _("Old symptom returned and stays")
    WRONG = "WRONG", _("Inwards or upwards: the wrong way")
    UNCLEAR = "UNCLEAR", _("No direction to be seen yet")


class PrescriptionKind(models.TextChoices):
    """What the prescription of a visit is for."""

    CONSTITUTIONAL = "CONSTITUTIONAL", _("Constitutional")
    ACUTE = "ACUTE", _("Acute")
    INTERCURRENT = "INTERCURRENT", _("Intercurrent")


class Thermal(models.TextChoices):
    """How a patient bears heat and cold."""

    CHILLY = "CHILLY", _("Chilly")
    HOT = "HOT", _("Hot")
    AMBITHERMAL = "AMBITHERMAL", _("Ambithermal")


class Miasm(models.TextChoices):
    """The chronic miasms; a case may show several."""

    PSORA = "PSORA", _("Psora")
    SYCOSIS = "SYCOSIS", _("Sycosis")
    SYPHILIS = "SYPHILIS", _("Syphilis")
    TUBERCULAR = "TUBERCULAR", _("Tubercular")


RESPONSES = {
    -3: _("Much worse"),
    -2: _("Worse"),
    -1: _("Slightly worse"),
    0: _("The same"),
    1: _("Slightly better"),
    2: _("Better"),
    3: _("Much better"),
}


def signed_number(value: int) -> str:
    """Write a response as people read it, with its sign and a true minus."""
    return f"−{-value}" if value < 0 else f"+{value}" if value else "0"


@dataclass(frozen=True)
class Part:
    """A part of the case in words; `lines` tells how tall its field is, `group` the panel in which it stands."""

    label: str
    group: str
    lines: int = 1
    most: int = 500
    choices: type[models.TextChoices] | None = None
    is_many: bool = False


MIND, GENERALS, HISTORY, EXAMINATION, FOLLOW_UP = "mind", "generals", "history", "examination", "follow_up"

PARTS = {
    "mind": Part(_("Mind"), MIND, lines=4, most=4000),
    "thermal": Part(_("Thermal"), GENERALS, choices=Thermal),
    "thirst": Part(_("Thirst"), GENERALS),
    "appetite": Part(_("Appetite"), GENERALS),
    "cravings": Part(_("Cravings"), GENERALS),
    "aversions": Part(_("Aversions"), GENERALS),
    "sweat": Part(_("Sweat"), GENERALS),
    "sleep": Part(_("Sleep"), GENERALS),
    "dreams": Part(_("Dreams"), GENERALS),
    "menses": Part(_("Menses"), GENERALS),
    "past_history": Part(_("Past history"), HISTORY, lines=2, most=4000),
    "family_history": Part(_("Family history"), HISTORY, lines=2, most=4000),
    "miasm": Part(_("Miasm"), HISTORY, choices=Miasm, is_many=True),
    "conventional_medicines": Part(_("Conventional medicines"), HISTORY, lines=2, most=2000),
    "examination": Part(_("Examination"), EXAMINATION, lines=2, most=4000),
    "red_flags": Part(_("Red flags"), EXAMINATION, most=1000),
    "referral": Part(_("Referral"), EXAMINATION, most=1000),
    "new_symptoms": Part(_("New or returned symptoms"), FOLLOW_UP, lines=2, most=4000),
}
"""What `Consultation.case` may hold; texts, a choice's value, or a list of values."""


def in_words(name: str, value) -> str:
    """Return a part of the case as people read it."""
    part = PARTS[name]
    if part.choices is None:
        return str(value).strip()
    labels = dict(part.choices.choices)
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(labels.get(one, one)) for one in values if one)
