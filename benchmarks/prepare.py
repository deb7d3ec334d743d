"""Make the database of one measurement, unless it is there: `python -m benchmarks.prepare SCALE SUITE`."""

import sys
import time

import django

if __name__ == "__main__":
    django.setup()

    from django.core.management import call_command

    from benchmarks import clinical_data, data

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    if not data.is_made():
        size = data.Size(float(sys.argv[1]))
        began = time.monotonic()
        data.make(size)
        print(  # noqa: T201
            f"Made {size.doctors} doctors, {size.patients:,} patients and {size.visits:,} visits "
            f"in {time.monotonic() - began:.0f} s."
        )
    if sys.argv[2] == "clinical" and not clinical_data.is_made():
        began = time.monotonic()
        clinical_data.make()
        print(f"Made charts in {time.monotonic() - began:.0f} s.")  # noqa: T201
