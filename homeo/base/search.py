"""Full text search: the column of words that a table has beside its texts.

It is no field of the model, so that nobody reads it with the row; `patients.timeline` searches it.
"""

from django.db import migrations

# PostgreSQL refuses a row whose words take more than a megabyte: at worst eight bytes a letter, those of words with a
# hyphen, which are found whole and in parts, in letters of four bytes.
LETTERS_MOST = 100_000


def search_column(table: str, *columns: str) -> migrations.RunSQL:
    """Return the operation that adds the generated column `search` to a table, over `columns`.

    The words are folded as names are, and not stemmed: charts hold several languages, and names of remedies. What
    stands behind the first 100,000 letters is not found.
    """
    text = " || ' ' || ".join(f"{column}::text" for column in columns)
    text = f"left(homeo_fold({text}), {LETTERS_MOST})"
    return migrations.RunSQL(
        f"""
        ALTER TABLE {table} ADD COLUMN search tsvector
            GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, {text})) STORED
        """,
        f"ALTER TABLE {table} DROP COLUMN search",
    )


def without_index(table: str) -> migrations.RunSQL:
    """Return the operation that drops the index over `search`, which tables that were made earlier have.

    Rows are searched within one chart, by an index that begins with the patient; over all charts, common words cost
    each row that is written, and a plan that begins with them reads the whole clinic.
    """
    return migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {table}_search", migrations.RunSQL.noop)
