"""What must not stand in logs: paths that are themselves a key."""

import logging
import re

# A check code of a prescription, the key of a private calendar, of an offer.
_KEY = re.compile(r"(/(?:rx|calendar|offers)/[^/\s\".]{4})[^/\s\".]+")


def without_secrets(text: str) -> str:
    """Return a text with only the first four signs of each key in it: enough to find the line again."""
    return _KEY.sub(r"\1…", text)


class HideSecretPaths(logging.Filter):
    """Cut the keys out of whatever is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, without keys in its message."""
        record.msg, record.args = without_secrets(record.getMessage()), ()
        return True
