"""What a PDF says and holds, by poppler where the machine has it, and by a reader in Python."""

import io
import re
import shutil
import subprocess
import unicodedata

from pypdf import PdfReader

POPPLER = shutil.which("pdftotext")


def reader_of(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def pages_of(content: bytes) -> list[str]:
    """Return the text of each page as poppler reads it; without poppler, as Python does, which passes notes over."""
    if POPPLER:
        done = subprocess.run([POPPLER, "-layout", "-", "-"], input=content, capture_output=True, check=True)
        return [_plain(page) for page in done.stdout.decode().split("\f")[:-1]]
    return [_plain("\n".join([page.extract_text(), *_notes(page)])) for page in reader_of(content).pages]


def text_of(content: bytes) -> str:
    return "\n".join(pages_of(content))


def python_text_of(content: bytes) -> str:
    return "\n".join(_plain(page.extract_text()) for page in reader_of(content).pages)


def notes_of(content: bytes) -> list[str]:
    """Return what lines say of themselves beside their glyphs."""
    return [note for page in reader_of(content).pages for note in _notes(page)]


def fonts_of(content: bytes) -> dict[str, bool]:
    """Return the names of the fonts, and whether each is embedded with a map back to letters."""
    found = {}
    for page in reader_of(content).pages:
        for reference in page["/Resources"]["/Font"].values():
            font = reference.get_object()
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            found[str(font["/BaseFont"])] = "/FontFile2" in descriptor and "/ToUnicode" in font
    return found


def _plain(text: str) -> str:
    # Poppler marks where the direction turns.
    return "".join(char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) != "Cf")


def _notes(page) -> list[str]:
    stream = page.get_contents().get_data().decode("latin-1")
    notes = re.findall(r"/ActualText <FEFF([0-9a-f]*)>", stream)
    return [bytes.fromhex(note).decode("utf-16-be") for note in notes]
