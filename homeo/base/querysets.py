"""The QuerySet that every table of ours starts from: closed by default, and no unrecorded writes."""

from django.db import models


class UnrecordedWriteError(TypeError):
    """A bulk write would leave no history; `accounts.audit.bulk` has the helpers that do."""


class BaseQuerySet(models.QuerySet):
    """Rows that somebody may see, and writes that the audit trail sees."""

    def for_user(self, user):
        """Return the rows that `user` may see: none, until an app says otherwise."""
        return self.none()

    def as_select(self, *columns: str) -> tuple[str, tuple]:
        """Return the SELECT of these columns and its parameters, as a table of a query that is written out."""
        return self.order_by().values(*columns).query.sql_with_params()

    def update(self, **kwargs):
        """Refuse: the change would leave no history."""
        raise UnrecordedWriteError("update() leaves no history: use accounts.audit.bulk.update()")

    def bulk_create(self, *args, **kwargs):
        """Refuse: the rows would leave no history."""
        raise UnrecordedWriteError("bulk_create() leaves no history: use accounts.audit.bulk.create()")

    def bulk_update(self, *args, **kwargs):
        """Refuse: the change would leave no history."""
        raise UnrecordedWriteError("bulk_update() leaves no history: use accounts.audit.bulk.update()")

    def delete(self):
        """Refuse: nothing is deleted, it is archived."""
        raise UnrecordedWriteError("delete() leaves no trace: archive the rows")

    delete.alters_data = True
    delete.queryset_only = True


class ArchivableQuerySet(BaseQuerySet):
    """Rows of a table from which nothing is deleted."""

    def active(self):
        """Return the rows that are not archived."""
        return self.filter(archived_at__isnull=True)
