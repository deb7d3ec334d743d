"""How much of an upload is read before anybody looks at it."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class BoundedUploadHandler(FileUploadHandler):
    """Keep no more of a file than shows that it is too large, so that nobody fills the disk."""

    def receive_data_chunk(self, raw_data, start):
        """Pass a chunk on, until the file is larger than any that is taken."""
        return raw_data if start <= settings.MEDICAL_RECORD_MAX_BYTES else None

    def file_complete(self, file_size):
        """Leave the file to the handlers that follow."""
        return None
