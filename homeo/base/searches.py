"""Words that people search for, which are names and phones and must not stand in addresses.

They stay in the session; the address carries a key.
"""

import secrets

SEARCHES_KEPT = 20
SEARCH_MAX_LENGTH = 80


def keep_search(request, text: str) -> str:
    """Keep the words of a search, the latest 20 of a session, and return their key ("" for no words).

    Words among the latest ten keep their key, which costs no write of the session.
    """
    text = text.strip()[:SEARCH_MAX_LENGTH]
    if not text:
        return ""
    searches = [*request.session.get("searches", {}).items()]
    for key, words in searches[-SEARCHES_KEPT // 2 :]:
        if words == text:
            return key
    key = secrets.token_hex(4)
    request.session["searches"] = dict([*searches, (key, text)][-SEARCHES_KEPT:])
    return key


def kept_search(request, key: str) -> str:
    """Return the words behind a key, "" where there are none."""
    return request.session.get("searches", {}).get(key, "")
