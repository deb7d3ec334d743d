"""The words of all lines of a prescription beside it, so that a search in a chart does not look up its lines."""

from django.db import migrations

# The words of each line as they are, not read anew out of one text, which might be taken apart otherwise.
ALL = "CREATE AGGREGATE clinical_all(tsvector) (SFUNC = tsvector_concat, STYPE = tsvector, INITCOND = '')"
WORDS = "(SELECT clinical_all(search) FROM clinical_prescriptionitem WHERE prescription_id = told.id)"
TELL = f"""
CREATE FUNCTION clinical_tell_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE clinical_prescription AS told SET lines_search = {WORDS}
    WHERE id IN (SELECT prescription_id FROM changed);
    RETURN NULL;
END $$
"""  # noqa: S608 - written here
TRIGGER = """
CREATE TRIGGER clinical_tell_lines_{event} AFTER {event} ON clinical_prescriptionitem
    REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION clinical_tell_lines()
"""


def trigger(event, rows):
    """Return the operation that makes the trigger of an event, which leaves behind `rows`, "NEW" or "OLD"."""
    return migrations.RunSQL(
        TRIGGER.format(event=event, rows=rows),
        f"DROP TRIGGER clinical_tell_lines_{event} ON clinical_prescriptionitem",
    )


class Migration(migrations.Migration):

    dependencies = [("clinical", "0011_search_by_patient")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE clinical_prescription ADD COLUMN lines_search tsvector",
            "ALTER TABLE clinical_prescription DROP COLUMN lines_search",
        ),
        migrations.RunSQL(ALL, "DROP AGGREGATE clinical_all(tsvector)"),
        migrations.RunSQL(TELL, "DROP FUNCTION clinical_tell_lines()"),
        trigger("INSERT", "NEW"),
        trigger("UPDATE", "NEW"),
        trigger("DELETE", "OLD"),
    ]
