"""Medical certificates and referral letters, word for word as they were signed, on A4 or A5."""

from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from clinical.documents.layout import INK_2, MARGINS, SCALES, SIZES, WARM, Paper, Style
from clinical.documents.letterhead import Letterhead
from clinical.documents.parts import draw_person, draw_signature, signature_height
from clinical.models import Letter
from homeo.base.templatetags.homeo import day

TITLE = Style(15, bold=True, leading=1.3)
ADDRESSEE = Style(9.75, leading=1.4)
LABEL = Style(8, colour=INK_2, leading=1.5)
STATEMENT = Style(10.5, leading=1.55)
TEXT = Style(10, leading=1.5)
VOID = Style(9.5, bold=True, colour=WARM)
ADDRESSEE_WIDTH = 90


def facts_of(letter: Letter) -> dict:
    """Return what a letter says of the clinic, the doctor and the patient, to be kept with it when it is signed."""
    patient, signed_day = letter.patient, timezone.localdate(letter.signed_at)
    return {
        "letterhead": Letterhead.of(letter.doctor).as_facts(),
        "name": patient.name,
        "about": _("%(gender)s, %(age)s, born %(born)s")
        % {
            "gender": patient.get_gender_display(),
            "age": patient.age_on(signed_day),
            "born": format_date(patient.date_of_birth, "j M Y"),
        },
        "number": patient.file_number,
    }


def statement_of(letter: Letter) -> str:
    """Return what a certificate certifies, in words; "" for a referral."""
    words = {
        Letter.Kind.VISIT: _("This is to certify that %(name)s was seen by me at %(clinic)s on %(first)s."),
        Letter.Kind.UNFIT: _(
            "This is to certify that %(name)s is under my treatment and, in my opinion, was or is unfit for work or"
            " school from %(first)s to %(last)s, both days included."
        ),
        Letter.Kind.FIT: _(
            "This is to certify that %(name)s was examined by me and is, in my opinion, fit for work or school from"
            " %(first)s."
        ),
    }.get(letter.kind, "")
    return words % {
        "name": letter.patient.name,
        "clinic": settings.CLINIC_NAME,
        "first": day(letter.from_date),
        "last": day(letter.until_date),
    }


def letter_pdf(letter: Letter, *, size: str = "A4") -> bytes:
    """Return a letter as PDF, out of what was signed alone; one that was withdrawn says so."""
    facts, signed_day = letter.facts, timezone.localdate(letter.signed_at)
    letterhead = Letterhead(**facts["letterhead"])
    title = letter.get_kind_display()
    paper = Paper(
        SIZES[size],
        margin=MARGINS[size],
        scale=SCALES[size] if size == "A4" else 0.92,
        title=f"{title} {facts['number']}, {day(signed_day)}",
        author=letterhead.doctor,
        made_at=letter.signed_at,
    )
    paper.continued = f"{facts['name']} · {facts['number']} · {day(signed_day)} · {letterhead.doctor}"
    paper.foot = letterhead.clinic
    paper.add_page()
    letterhead.draw(paper)
    draw_person(paper, name=facts["name"], facts=facts["about"], number=facts["number"], day=day(signed_day))
    left, width = paper.l_margin, paper.epw
    paper.set_y(paper.get_y() + 2)
    if letter.addressee:
        paper.write_lines([_("To")], LABEL, x=left, width=width)
        paper.write_text(letter.addressee, ADDRESSEE, x=left, width=min(ADDRESSEE_WIDTH * paper.scale, width))
        paper.set_y(paper.get_y() + 6)
    if letter.is_archived:
        paper.write_lines([_("Withdrawn: not valid any more.")], VOID, x=left, width=width)
        paper.set_y(paper.get_y() + 3)
    paper.write_text(title, TITLE, x=left, width=width)
    paper.set_y(paper.get_y() + 4)
    for words, style in ((letter.statement, STATEMENT), (letter.text, TEXT)):
        for paragraph in filter(str.strip, words.splitlines()):
            paper.write_prose(paragraph, style)
            paper.set_y(paper.get_y() + 2.4)
    height = signature_height(paper, letterhead.doctor) + 4
    paper.need(height)
    paper.set_y(paper.get_y() + 4)
    draw_signature(paper, doctor=letterhead.doctor, signed_at=letter.signed_at)
    return paper.finished()
