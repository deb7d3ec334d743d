"""A document of every kind, as it is sent, and where it is read."""

import struct

from django.urls import reverse

from homeo.demo.factories.patients import PDF, picture
from patients import files

DICOM = b"\0" * 128 + b"DICM" + b"\x02\x00\x00\x00UL\x04\x00" + struct.pack("<I", 20) + b"\0" * 60
TEXT = "TSH 3.9 mIU/L, थायरॉइड".encode()
KINDS = {
    "a.pdf": (PDF, files.PDF),
    "b.jpg": (picture("JPEG"), files.JPEG),
    "c.png": (picture("PNG"), files.PNG),
    "d.tif": (picture("TIFF"), files.TIFF),
    "e.dcm": (DICOM, files.DICOM),
    "f.txt": (TEXT, files.TEXT),
    "g.txt": ("Ἱπποκράτης".encode("utf-16"), files.TEXT),
}


def address(name, record, *args):
    return reverse(f"patients:medicalrecord_{name}", args=[record.pk, *args])
