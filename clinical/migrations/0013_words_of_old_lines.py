"""Tell the words of the lines that are there already."""

from importlib import import_module

from django.db import migrations

BATCH = 5_000
WORDS = import_module("clinical.migrations.0012_words_of_lines").WORDS
FILL = f"""
UPDATE clinical_prescription AS told SET lines_search = {WORDS}
WHERE id IN (SELECT id FROM clinical_prescription WHERE id > %s ORDER BY id LIMIT %s) RETURNING id
"""  # noqa: S608 - written here


def fill(apps, schema_editor):
    """Tell them in batches that are committed one by one: the table may be long, and whoever prescribes goes on."""
    last = ""
    with schema_editor.connection.cursor() as cursor:
        while last is not None:
            cursor.execute(FILL, [last, BATCH])
            last = max((pk for (pk,) in cursor.fetchall()), default=None)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [("clinical", "0012_words_of_lines")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
