"""The readable text of a note: what the doctor wrote freely, and the parts of the case put into words."""

from collections.abc import Iterable

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinical.case import FOLLOW_UP, PARTS, in_words
from clinical.models import INTENSITIES, Complaint, ComplaintResponse, Consultation


def facts_of(complaint: Complaint) -> list[tuple[str, str]]:
    """Return what is known of a complaint beside its title, each with its label."""
    names = ("worse", "better", "concomitants", "onset", "cause")
    facts = [(capfirst(str(complaint._meta.get_field(name).verbose_name)), getattr(complaint, name)) for name in names]
    if complaint.intensity:
        facts.append((_("Intensity"), f"{complaint.intensity}, {INTENSITIES[complaint.intensity]}"))
    return [(label, value) for label, value in facts if value]


def case_facts(consultation: Consultation) -> list[tuple[str, str]]:
    """Return the parts of the case that were filled in, each with its label, but for what belongs to the complaints."""
    return [
        (str(part.label), in_words(name, consultation.case[name]))
        for name, part in PARTS.items()
        if part.group != FOLLOW_UP and consultation.case.get(name)
    ]


def chosen_facts(consultation: Consultation) -> dict[str, tuple[str, str]]:
    """Return what was chosen out of lists, by column, each with its label: the decision and the like."""
    return {
        name: (capfirst(str(field.verbose_name)), str(dict(field.flatchoices)[value]))
        for name in Consultation.CHOSEN
        if (value := getattr(consultation, name)) and (field := consultation._meta.get_field(name))
    }


def complaint_in_words(complaint: Complaint) -> str:
    """Return a complaint in one paragraph."""
    told = [complaint.title, *(f"{label}: {value}" for label, value in facts_of(complaint))]
    if complaint.own_words:
        told.append(f"“{complaint.own_words.strip()}”")
    return ". ".join(text.rstrip(".") for text in told) + "."


def response_in_words(response: ComplaintResponse) -> str:
    """Return a response in one paragraph."""
    told = [
        f"{response.sign} {response.word.lower()}".strip(),
        f"{response.percent} %" * (response.percent is not None),
    ]
    text = f"{response.complaint.title}: {', '.join(filter(None, told))}".rstrip(": ")
    closing = _("Gone.") if response.is_closed else ""
    return " ".join(filter(None, [f"{text}.", response.now.strip(), closing]))


def readable_texts(
    consultation: Consultation,
    free: dict[str, str],
    rows: Iterable[Complaint],
    responses: Iterable[ComplaintResponse],
) -> dict[str, str]:
    """Return the four texts of the note, made of the free ones and of the parts."""
    chosen = chosen_facts(consultation)
    direction = [chosen.pop("cure_direction")] if "cure_direction" in chosen else []
    new = (str(PARTS["new_symptoms"].label), consultation.case.get("new_symptoms", ""))
    parts = {
        "complaints": [*map(complaint_in_words, rows), *map(response_in_words, responses), *_labelled([new])],
        "prescription": _labelled(reversed(chosen.values())),
        "notes": _labelled([*case_facts(consultation), *direction]),
    }
    return {name: "\n\n".join(filter(None, [text, "\n".join(parts.get(name, ()))])) for name, text in free.items()}


def _labelled(facts: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{label}: {value.strip()}" for label, value in facts if value]
