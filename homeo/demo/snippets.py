"""Texts that a doctor of the demo clinic writes often."""

from accounts.audit import bulk
from clinical.models import Snippet
from homeo.demo.people import People

SNIPPETS = {
    "chilly": "Chilly: wants to be covered, worse from cold air, better from warmth.",
    "diet": "No coffee, camphor or mint on the day of the dose. Nothing to eat or drink for 30 minutes around it.",
    "wait": "Improving on its own. No remedy now: wait as long as the improvement holds.",
    "warning": "Come or ring at once with fever above 39 °C, a stiff neck, confusion, or a headache as never before.",
}
TEMPLATE = {
    "fields": {
        "examination": "BP:  Pulse:  Temperature:  Weight:",
        "red_flags": "None of: weight loss, night sweats, bleeding, neurological signs.",
    },
    "rows": [],
}


def add_snippets(people: People) -> None:
    """Give the first doctor some, one of them a favourite, and a template."""
    doctor = people.doctors[0]
    texts = [
        Snippet(doctor=doctor, title=title, text=text, is_favourite=title == "diet") for title, text in SNIPPETS.items()
    ]
    bulk.create([*texts, Snippet(doctor=doctor, title="Check-up", parts=TEMPLATE)], actor=doctor)
