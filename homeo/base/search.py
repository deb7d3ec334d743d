"""Full text search: the column of words that a table has beside its texts.

It is no field of the model, so that nobody reads it with the row; `patients.timeline` searches it.
"""

from django.db import migrations


def search_column(table: str, *columns: str) -> migrations.RunSQL:
    """Return the operation that adds the generated column `search` to a table, over `columns`, with a GIN index.

    The words are folded as names are, and not stemmed: charts hold several languages, and names of remedies.
    """
    text = " || ' ' || ".join(f"{column}::text" for column in columns)
    return migrations.RunSQL(
        f"""
        ALTER TABLE {table} ADD COLUMN search tsvector
            GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, homeo_fold({text}))) STORED;
        CREATE INDEX {table}_search ON {table} USING gin (search);
        """,
        f"ALTER TABLE {table} DROP COLUMN search",
    )
