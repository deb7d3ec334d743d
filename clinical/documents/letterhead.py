"""Whose paper it is: the clinic, and the doctor who signs."""

from dataclasses import asdict, dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from clinical.documents.layout import ACCENT, INK_2, Paper, Style

CLINIC = Style(14, bold=True, leading=1.25)
DOCTOR = Style(10, bold=True, leading=1.35)
SMALL = Style(7.75, colour=INK_2, leading=1.42)
RULE = 0.55


@dataclass(frozen=True)
class Letterhead:
    """What stands at the head of a document; what is signed keeps its own as `as_facts`."""

    clinic: str
    address: str
    phone: str
    doctor: str
    qualifications: str = ""
    specialization: str = ""
    licence: str = ""

    @classmethod
    def of(cls, doctor: User) -> "Letterhead":
        """Return the clinic's letterhead for a doctor, with the profile where there is one."""
        profile = getattr(doctor, "doctor", None)
        return cls(
            clinic=settings.CLINIC_NAME,
            address=settings.CLINIC_ADDRESS,
            phone=settings.CLINIC_PHONE,
            doctor=doctor.display_name,
            qualifications=profile.qualifications if profile else "",
            specialization=profile.specialization if profile else "",
            licence=profile.license_number if profile else "",
        )

    def as_facts(self) -> dict[str, str]:
        """Return it as plain values, out of which it can be made again."""
        return asdict(self)

    def draw(self, paper: Paper) -> None:
        """Draw it at the head of the first page, the clinic at the left and the doctor at the right."""
        top, half = paper.t_margin, paper.epw / 2 - 2
        licence = _("Licence %(number)s") % {"number": self.licence} if self.licence else ""
        ends = []
        for x, align, name, style, facts in (
            (paper.l_margin, "L", self.clinic, CLINIC, (self.address, self.phone)),
            (
                paper.w - paper.r_margin - half,
                "R",
                self.doctor,
                DOCTOR,
                (self.qualifications, self.specialization, licence),
            ),
        ):
            paper.set_y(top)
            paper.write_text(name, style, x=x, width=half, align=align)
            for fact in filter(None, facts):
                paper.write_text(fact, SMALL, x=x, width=half, align=align)
            ends.append(paper.get_y())
        y = max(ends) + 2.2
        paper.rule(y, colour=ACCENT, width=RULE)
        paper.set_y(y + 3)
