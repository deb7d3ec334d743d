"""Every word of a name once, so that slips of the finger are looked up in a small table, not in everybody's names."""

import django.contrib.postgres.indexes
from django.db import migrations, models

# The letters of a word in order: two that changed places make no difference.
LETTERS = """
CREATE FUNCTION homeo_letters(text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
$$ SELECT string_agg(letter, '' ORDER BY letter COLLATE "C") FROM string_to_table($1, NULL) AS letter $$
"""
WORDS = """
CREATE FUNCTION accounts_words_of(text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS
$$ SELECT word FROM regexp_split_to_table($1, '[^[:alnum:]]+') AS word WHERE char_length(word) > 1 $$
"""
# In order, so that two registrations at once wait for each other instead of getting stuck.
KEEP = """
CREATE FUNCTION accounts_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts_nameword (word, letters)
    SELECT word, homeo_letters(word) FROM {source} GROUP BY word ORDER BY word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""
ON_INSERT = """
CREATE TRIGGER accounts_keep_new_words AFTER INSERT ON accounts_user
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_new_words()
"""
ON_UPDATE = """
CREATE TRIGGER accounts_keep_changed_words AFTER UPDATE OF first_name, last_name ON accounts_user
    FOR EACH ROW WHEN (OLD.search_name IS DISTINCT FROM NEW.search_name)
    EXECUTE FUNCTION accounts_keep_changed_words()
"""
FILL = """
INSERT INTO accounts_nameword (word, letters)
SELECT word, homeo_letters(word) FROM accounts_user, accounts_words_of(search_name) AS word GROUP BY word
"""


def keep(which, source):
    """Return the function of a trigger, over the rows or the row that it sees."""
    return KEEP.replace("accounts_keep_words", f"accounts_keep_{which}_words").format(source=source)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(LETTERS, "DROP FUNCTION homeo_letters(text)"),
        migrations.RunSQL(WORDS, "DROP FUNCTION accounts_words_of(text)"),
        migrations.CreateModel(
            name='NameWord',
            fields=[
                ('word', models.CharField(db_collation='C', max_length=161, primary_key=True, serialize=False)),
                ('letters', models.CharField(db_collation='C', max_length=161)),
            ],
            options={
                'verbose_name': 'word of names',
                'verbose_name_plural': 'words of names',
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('word'), name='gin_trgm_ops'), name='nameword_trgm'), models.Index(fields=['letters'], name='nameword_letters')],
            },
        ),
        migrations.RunSQL(
            keep("new", "added, accounts_words_of(added.search_name) AS word"),
            "DROP FUNCTION accounts_keep_new_words()",
        ),
        migrations.RunSQL(
            keep("changed", "accounts_words_of(NEW.search_name) AS word"),
            "DROP FUNCTION accounts_keep_changed_words()",
        ),
        migrations.RunSQL(ON_INSERT, "DROP TRIGGER accounts_keep_new_words ON accounts_user"),
        migrations.RunSQL(ON_UPDATE, "DROP TRIGGER accounts_keep_changed_words ON accounts_user"),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
