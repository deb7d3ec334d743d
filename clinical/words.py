"""Words as they are compared: without case and accents, here as in the database."""

import re
import unicodedata

from django.db.models import Func, TextField


class Words(Func):
    """Words by which things of a kind are told apart: without case, accents, spaces to spare, dots at the ends."""

    template = r"homeo_fold(regexp_replace(btrim(%(expressions)s, ' .,;:'), '\s+', ' ', 'g'))"
    output_field = TextField()


def folded(text: str) -> str:
    """Return the text in lower case without accents, as the database folds it."""
    text = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss"))
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """Return the words of a text, of letters and digits only."""
    return re.findall(r"[^\W_]+", folded(text))
