"""Fill an empty database with the demo clinic."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from homeo.demo.clinic import fill_clinic

SIGN_INS = {
    "Front desk": "reception@homeo.example",
    "Doctor": "doctor@homeo.example",
    "Patient": "patient@homeo.example",
    "Admin": "admin@homeo.example",
}


class Command(BaseCommand):
    """Make the demo clinic where nobody has an account yet; else say so and leave everything as it is."""

    help = "Fills an empty database with a lively demo clinic. Refused when DEBUG is off unless HOMEO_DEMO=1."

    def handle(self, *args, **options):
        """Refuse a deployment and a database in use, else make the clinic."""
        if not (settings.DEBUG or settings.DEMO):
            raise CommandError("The demo clinic has known passwords. Set HOMEO_DEMO=1 if this is no real clinic.")
        if User.objects.exists():
            self.stdout.write("There is a clinic already; it stays as it is.")
            return
        began = time.monotonic()
        people = fill_clinic()
        self.stdout.write(
            f"A clinic with {len(people.doctors)} doctors and {len(people.patients)} patients, "
            f"made in {time.monotonic() - began:.0f} s."
        )
