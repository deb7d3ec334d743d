"""Check codes: by one a pharmacy sees that a prescription is genuine. Its secrecy is that it cannot be guessed."""

import re
import secrets

# 32 signs that are not taken for each other when read aloud or typed from paper: 5 bits each, 80 in a code.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP_LENGTH = 4, 4
LENGTH = GROUPS * GROUP_LENGTH
PRINTED_LENGTH = LENGTH + GROUPS - 1

_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")


def new_code() -> str:
    """Return a fresh code as it is printed, such as 7K3M-Q9TZ-4H2B-XW8C."""
    return _grouped("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def read_code(typed: str) -> str | None:
    """Return what somebody typed as a code is printed: in any case, with or without hyphens; None if it is none."""
    if len(typed) > 2 * PRINTED_LENGTH:
        return None
    signs = typed.upper().translate(_LOOKALIKES)
    return _grouped(signs) if _CODE.fullmatch(signs) else None


def _grouped(signs: str) -> str:
    return "-".join(signs[start : start + GROUP_LENGTH] for start in range(0, LENGTH, GROUP_LENGTH))
