"""What happens to the documents at night."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from patients import services

logger = logging.getLogger(__name__)


@app.periodic(cron="25 3 * * *")
@app.task(name="patients.clear_orphan_files", queue="clock")
def clear_orphan_files(timestamp: int) -> None:
    """Delete the files that an upload left behind which died before its row was written."""
    if count := services.clear_orphan_files(now=timezone.now()):
        logger.info("Deleted %d files of documents that belong to no row", count)
