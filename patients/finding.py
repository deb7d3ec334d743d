"""Whom a part of a name, a phone or a file number may mean: written queries, for boxes that answer each letter."""

import re
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

SLIPS_MIN_LETTERS = 3
SLIPS_MIN_LIKENESS = 0.4
PHONE_MIN_DIGITS = 3
FILE_NO_MAX_DIGITS = 9
WORDS_MAX = 4
NUMBER = re.compile(r"(h-)?[\d\s+()./-]*\d[\d\s+()./-]*", re.IGNORECASE)
"""A part of a phone or file number, as people type it."""

PEOPLE = ("id", "user_id", "file_no", "date_of_birth", "gender", "phone", "phone_digits")
"""What is read of patients."""

# What somebody types is only ever a parameter. Written out, since Django took longer to put this together for each
# letter typed than the database to answer. Each kind of match has its own index and gives no more than some.
CANDIDATES = """
    (SELECT p.*, u.first_name, u.last_name, u.role, u.search_name
     FROM accounts_user AS u JOIN ({people}) AS p ON p.user_id = u.id WHERE {condition} LIMIT 20)
"""
BEGINS = "(u.search_name LIKE homeo_fold(%s) OR u.search_name LIKE homeo_fold(%s))"
CONTAINS = "u.search_name LIKE homeo_fold(%s)"
CONTAINS_ANY = "u.search_name LIKE ANY (%s)"
LIKE_ENOUGH = "word_similarity(homeo_fold(%s), u.search_name) >= %s"
# OFFSET 0 hides the word from the planner: one plan then serves all words, and none is made for each.
ALIKE = """
    (SELECT typed, word FROM accounts_nameword, (SELECT homeo_fold(%s) AS typed OFFSET 0) AS asked
     WHERE word %%> typed OR letters = homeo_letters(typed)
     ORDER BY similarity(word, typed) DESC, word LIMIT 3)
"""
LIKE_SIGNS = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def candidates(text: str, people: str, people_params: Sequence) -> tuple[str, list]:
    """Return a SELECT of those whom `text` may mean, some of each kind of match, and its parameters.

    Each row is that of the patient, and `first_name`, `last_name`, `role` and `search_name` of the account. Asks a
    query where there are names, for slips of the finger.

    Args:
        people: SELECT of the columns `PEOPLE` of those who may be found, with its parameters.
    """
    # A number is not looked for among names.
    names = [] if NUMBER.fullmatch(text.strip()) else text.split()[:WORDS_MAX]
    matches, params = [], []

    def match(condition, values):
        matches.append(CANDIDATES.format(condition=condition, people=people))
        params.extend([*people_params, *values])

    if names:
        parts = [f"{word.translate(LIKE_SIGNS)}%" for word in names]
        match(_all(BEGINS, names), [value for part in parts for value in (part, f"% {part}")])
        match(_all(CONTAINS, names), [f"%{part}" for part in parts])
    if slips := _slips(names):
        match(
            f"{_all(CONTAINS_ANY, slips)} AND {LIKE_ENOUGH}",
            [*([f"%{word}%" for word in meant] for meant in slips), " ".join(names), SLIPS_MIN_LIKENESS],
        )
    digits = "".join(filter(str.isdecimal, text))
    if len(digits) >= PHONE_MIN_DIGITS:
        match("p.phone_digits LIKE %s", [f"%{digits}%"])
    if digits and len(digits) <= FILE_NO_MAX_DIGITS:
        match("p.file_no = %s", [int(digits)])
    return " UNION ".join(matches), params


def _all(condition: str, things: list) -> str:
    """Return the condition once for each thing, all of which must hold."""
    return " AND ".join([condition] * len(things))


def _slips(words: list[str]) -> list[list[str]]:
    """Return for each typed word the words of names that it may mean, the likest first, if any is a slip at all.

    A word that is somebody's name means itself; one that is like none is left out, and the others must do.
    """
    asked = [word for word in words if len(word) >= SLIPS_MIN_LETTERS]
    if not asked:
        return []
    meant = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([ALIKE] * len(asked)), asked)
        for typed, word in cursor.fetchall():
            if meant[typed] != [typed]:
                meant[typed].append(word)
    has_slip = len(meant) < len(set(asked)) or any(alike != [typed] for typed, alike in meant.items())
    return list(meant.values()) if has_slip else []
