"""Queries that are put together once and asked many times: for pages of which Django's part costs more than the answer.

The rules of a queryset stay where they are. It is put together over stand-ins, texts in the place of ids and words, and
each time it is asked, the values take their places.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from django.db.models.query import get_related_populators
from django.utils.functional import cached_property


class Statement:
    """A query whose parameters are partly stand-ins.

    No stand-in may look like a value of the code, since every parameter that equals one is replaced.
    """

    def __init__(self, queryset):
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            self.sql, self.params = compiler.as_sql()
        except EmptyResultSet:
            self.sql = None
            return
        self.compiler = compiler
        self.converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])

    def rows(self, values: Mapping[str | dt.datetime, object]) -> list[tuple]:
        """Return the rows as the database gives them, with `values` in the place of their stand-ins."""
        if self.sql is None:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self.sql, filled(self.params, values))
            return cursor.fetchall()

    def objects(self, values: Mapping[str | dt.datetime, object]) -> list[Model]:
        """Return the rows as objects, with what the queryset selects of related ones; nothing is prefetched."""
        rows = self.rows(values)
        if not rows:
            return []
        read, names, model, related = self._shape
        found = []
        for row in self.compiler.apply_converters(rows, self.converters):
            found.append(model.from_db(DEFAULT_DB_ALIAS, names, row[read]))
            for populator in related:
                populator.populate(row, found[-1])
        return found

    @cached_property
    def _shape(self) -> tuple:
        """Return which columns are an object's own, their names, its model, and what fills in related ones."""
        shape, columns = self.compiler.klass_info, self.compiler.select
        own = slice(shape["select_fields"][0], shape["select_fields"][-1] + 1)
        names = [column.target.attname for column, _sql, _alias in columns[own]]
        return own, names, shape["model"], get_related_populators(shape, columns, DEFAULT_DB_ALIAS)


def filled(params: Iterable, values: Mapping[str | dt.datetime, object]) -> list:
    """Return the parameters, with `values` in the place of their stand-ins."""
    return [values.get(param, param) if isinstance(param, str | dt.datetime) else param for param in params]
