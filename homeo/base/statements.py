"""Queries that are put together once and asked many times: for pages of which Django's part costs more than the answer.

The rules of a queryset stay where they are. It is put together over stand-ins, texts in the place of ids and words, and
each time it is asked, the values take their places.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.core.exceptions import EmptyResultSet
from django.db import connection


class Statement:
    """A query whose parameters are partly stand-ins.

    No stand-in may look like a value of the code, since every parameter that equals one is replaced.
    """

    def __init__(self, queryset):
        try:
            self.sql, self.params = queryset.query.sql_with_params()
        except EmptyResultSet:
            self.sql = None

    def rows(self, values: Mapping[str | dt.datetime, object]) -> list[tuple]:
        """Return the rows as the database gives them, with `values` in the place of their stand-ins."""
        if self.sql is None:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, filled(self.params, values))
            return cursor.fetchall()


def filled(params: Iterable, values: Mapping[str | dt.datetime, object]) -> list:
    """Return the parameters, with `values` in the place of their stand-ins."""
    return [values.get(param, param) if isinstance(param, str | dt.datetime) else param for param in params]
