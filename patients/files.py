"""What an uploaded file is by its content, whether it is sound, and small pictures of it.

Neither the name nor what the browser says decides. Pictures are decoded one at a time in each process, and only after
their size in pixels is known, so that none takes more memory than the limit allows.
"""

import io
import logging
import re
import threading
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from homeo.base.errors import DomainError

logger = logging.getLogger(__name__)

PDF, JPEG, PNG, TIFF = "application/pdf", "image/jpeg", "image/png", "image/tiff"
DICOM, TEXT = "application/dicom", "text/plain"
ENDINGS = {
    PDF: (".pdf",),
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
    TIFF: (".tif", ".tiff"),
    DICOM: (".dcm", ".dicom"),
    TEXT: (".txt",),
}
"""The kinds of files that are taken, each with its usual endings."""

SHOWN = frozenset({PDF, JPEG, PNG})
"""What a browser may show as it is; the rest is rendered, quoted in a page, or only downloaded."""

NAME_MAX = 200
STEM_MAX = 190
THUMBNAIL = (480, 480)
PAGE = (2000, 2000)
PAGES_MAX = 100
TEXT_SHOWN = 200_000

SIGNATURES = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG, b"II*\0": TIFF, b"MM\0*": TIFF}
PICTURES = {JPEG: "JPEG", PNG: "PNG", TIFF: "TIFF"}
PREAMBLE, DICOM_MARK, DICOM_META = 128, b"DICM", b"\x02\x00\x00\x00UL\x04\x00"
PDF_END, PDF_TAIL = b"%%EOF", 2048
MARKUP = re.compile(r"<(?:!doctype|html|head|body|script|svg|iframe|object|embed)\b", re.IGNORECASE)
CONTROLS = re.compile(r"[\0-\x08\x0b\x0e-\x1f\x7f]")
ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}")
# They turn the order of what follows, so that a name reads as another one.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_decoding = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A sound file: its kind, the name that it is kept under, and a small picture without metadata, if it is one."""

    content_type: str
    name: str
    thumbnail: ContentFile | None


def examine(file: File) -> Examined:
    """Return what a file is.

    Raises:
        DomainError: it is empty, too large, damaged, has too many pixels, or is of no kind that is taken.
    """
    try:
        if len(file.name) > NAME_MAX:
            raise _refusal(_("Its name is too long: names have at most %(limit)d characters."), NAME_MAX)
        if "\0" in file.name:
            raise _refusal(_("Its name has a character that cannot be kept."))
        if not file.size:
            raise _refusal(_("The file is empty."))
        if file.size > settings.MEDICAL_RECORD_MAX_BYTES:
            raise _refusal(_("The file is larger than %(limit)d MB."), settings.MEDICAL_RECORD_MAX_BYTES // 2**20)
        content_type = _kind_of(file)
        if zipfile.is_zipfile(_rewound(file)):
            raise _refusal(_("This is a ZIP archive, too: send the documents in it one by one."))
        thumbnail = CHECKS[content_type](_rewound(file), content_type)
        return Examined(content_type=content_type, name=kept_name(file.name, content_type), thumbnail=thumbnail)
    finally:
        file.seek(0)


def kept_name(name: str, content_type: str) -> str:
    """Return a file's name as its person wrote it, under an ending of what it is.

    Characters that nobody sees and that mislead are left out. With its own ending it opens as nothing else once it is
    downloaded.
    """
    name = PurePath(shown_name(name).replace("\\", "/")).name.strip() or "document"
    endings = ENDINGS[content_type]
    stem, ending = PurePath(name).stem, PurePath(name).suffix
    if ending.lower() not in endings:
        stem, ending = (stem if ENDING.fullmatch(ending) else name), endings[0]
    return stem[:STEM_MAX] + ending


def shown_name(name: str) -> str:
    """Return a file's name without the characters that nobody sees and that mislead."""
    return "".join(sign for sign in name if unicodedata.category(sign) != "Cc" and sign not in TURNING)[:NAME_MAX]


def title_of(name: str) -> str:
    """Return what a document is called whose title nobody wrote: its name without ending, words apart."""
    return " ".join(PurePath(name).stem.replace("_", " ").split())[:STEM_MAX] or name


def text_of(file: File) -> tuple[str, bool]:
    """Return the beginning of a text file, and whether there is more."""
    text = _decoded(_rewound(file).read())
    return text[:TEXT_SHOWN], len(text) > TEXT_SHOWN


def page_count(file: File) -> int:
    """Return the number of pages of a TIFF file."""
    with Image.open(_rewound(file), formats=["TIFF"]) as picture:
        return min(picture.n_frames, PAGES_MAX)


def page_of(file: File, number: int) -> bytes:
    """Return page `number` (from 1) of a TIFF file as a PNG of at most 2,000 pixels a side.

    Raises:
        DomainError: the page is not there, or cannot be read.
    """
    output = io.BytesIO()
    with _opened(file, TIFF) as picture:
        picture.seek(number - 1)
        _require_pixels(picture)
        _reduced(picture, PAGE).save(output, "PNG", compress_level=3)
    return output.getvalue()


def _refusal(message: str, limit: int | None = None) -> DomainError:
    return DomainError(message if limit is None else message % {"limit": limit}, field="file")


def _rewound(file: File) -> File:
    file.seek(0)
    return file


def _kind_of(file: File) -> str:
    """Return the kind of a file by its first bytes; text by all of them.

    Raises:
        DomainError: it is of no kind that is taken.
    """
    head = _rewound(file).read(PREAMBLE + len(DICOM_MARK))
    if head[PREAMBLE:] == DICOM_MARK:
        return DICOM
    kind = next((kind for signature, kind in SIGNATURES.items() if head.startswith(signature)), None)
    if kind:
        return kind
    ending = PurePath(file.name).suffix.lower()
    says_otherwise = any(ending in endings for known, endings in ENDINGS.items() if known != TEXT)
    text = None if says_otherwise else _decoded(_rewound(file).read())
    if text is None:
        raise _refusal(_("This is no PDF, JPEG or PNG file, no TIFF, DICOM or plain text, whatever its name says."))
    return TEXT


def _decoded(data: bytes) -> str | None:
    """Return bytes as text, None for what is no text in Unicode."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if CONTROLS.search(text) else text


def _check_pdf(file: File, content_type: str) -> None:
    file.seek(max(0, file.size - PDF_TAIL * 4))
    if PDF_END not in file.read().rstrip(b"\0 \t\r\n")[-PDF_TAIL:]:
        raise _refusal(_("The PDF file is damaged: its end is missing. Send it again, or scan it anew."))


def _check_text(file: File, content_type: str) -> None:
    text = _decoded(file.read())
    if MARKUP.search(text) or text.lstrip().startswith(("<?", "#!")):
        raise _refusal(_("This is a web page, a drawing or a program, no PDF, JPEG or PNG and no plain text."))


def _check_dicom(file: File, content_type: str) -> None:
    head = file.read(PREAMBLE + 16)
    # The preamble is free for other formats: it is nothing, or a TIFF that shows the same picture.
    is_plain = not head[:PREAMBLE].strip(b"\0") or head.startswith((b"II*\0", b"MM\0*"))
    meta, length = head[PREAMBLE + 4 : PREAMBLE + 12], int.from_bytes(head[PREAMBLE + 12 :], "little")
    if not is_plain or meta != DICOM_META or PREAMBLE + 16 + length >= file.size:
        raise _refusal(_("The DICOM file is damaged. Export it again."))


def _check_picture(file: File, content_type: str) -> ContentFile:
    """Decode every page, and return a thumbnail of the first."""
    output = io.BytesIO()
    with _opened(file, content_type) as picture:
        pages = getattr(picture, "n_frames", 1) if content_type == TIFF else 1
        if pages > PAGES_MAX:
            raise _refusal(_("The picture has more than %(limit)d pages."), PAGES_MAX)
        for number in reversed(range(pages)):
            if pages > 1:
                picture.seek(number)
            _require_pixels(picture)
            # A JPEG is decoded at the scale that is needed.
            picture.draft("RGB", THUMBNAIL)
            picture.load()
        _reduced(picture, THUMBNAIL).convert("RGB").save(output, "JPEG", quality=82)
    return ContentFile(output.getvalue(), name="thumbnail.jpg")


CHECKS = {
    PDF: _check_pdf,
    JPEG: _check_picture,
    PNG: _check_picture,
    TIFF: _check_picture,
    DICOM: _check_dicom,
    TEXT: _check_text,
}


@contextmanager
def _opened(file: File, content_type: str) -> Iterator[Image.Image]:
    """Open a picture to decode it, while no other is being decoded; whatever is wrong with it is a refusal."""
    with _decoding:
        try:
            yield Image.open(_rewound(file), formats=[PICTURES[content_type]])
        except DomainError:
            raise
        except Image.DecompressionBombError as error:
            raise _too_many_pixels() from error
        except Exception as error:
            # A decoder that is fed rubbish raises whatever it comes upon.
            logger.info("A picture was refused: %s", type(error).__name__)
            raise _refusal(_("The picture is damaged or cut off. Send it again, or save it anew.")) from error


def _require_pixels(picture: Image.Image) -> None:
    if picture.width * picture.height > settings.MEDICAL_RECORD_MAX_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> DomainError:
    limit = settings.MEDICAL_RECORD_MAX_PIXELS // 1_000_000
    return _refusal(_("The picture has more than %(limit)d million pixels."), limit)


def _reduced(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture upright, within `size`, on white, with nothing but its pixels: no place, no camera."""
    if picture.mode.startswith(("I", "F")):
        low, high = picture.getextrema()
        scale = 255 / (high - low) if high > low else 0
        picture = picture.convert("F").point(lambda value: value * scale - low * scale).convert("L")
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail(size)
    if picture.mode not in {"L", "RGB"}:
        picture = picture.convert("RGBA")
    paper = Image.new("L" if picture.mode == "L" else "RGB", picture.size, "white")
    paper.paste(picture, mask=picture if picture.mode == "RGBA" else None)
    return paper
