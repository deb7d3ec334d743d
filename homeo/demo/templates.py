"""What the demo's first doctor prescribes again and again."""

from clinical.services import keep_prescription_template
from homeo.demo.people import People
from homeo.demo.remedies import SAC_LAC

ARNICA = {
    "medicine_name": "Arnica montana",
    "potency": "30C",
    "form": "GLOBULES",
    "quantity": "1 dram",
    "dosage": "4 globules",
    "frequency": "3 times a day",
    "duration": "3 days",
    "notes": "",
}
TEMPLATES = {
    "Arnica 30C, acute": [ARNICA],
    "Sac lac, 30 days": [SAC_LAC | {"form": "GLOBULES", "quantity": "2 drams", "notes": ""}],
    "Injury, first days": [
        ARNICA,
        ARNICA | {"medicine_name": "Hypericum perforatum", "potency": "200C", "frequency": "at night"},
        ARNICA
        | {"medicine_name": "Calendula officinalis", "potency": "Ø", "form": "TINCTURE", "quantity": "30 ml"}
        | {"dosage": "10 drops in half a cup of water", "frequency": "twice a day, on the wound"},
    ],
}


def add_templates(people: People) -> None:
    """Keep two favourite lines and one template."""
    for name, lines in TEMPLATES.items():
        keep_prescription_template(actor=people.doctors[0], name=name, items=lines)
