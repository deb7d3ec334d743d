"""Pages of a long list, counted up to a bound so that no list is slow."""

from functools import cached_property

from django.core.paginator import Paginator

COUNT_BOUND = 10_000


class BoundedPaginator(Paginator):
    """Count at most 10,000 rows: beyond, people filter instead of paging."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, 10,000 where there are more."""
        return (
            self.object_list.order_by()[:COUNT_BOUND].count() if hasattr(self.object_list, "query") else super().count
        )

    @property
    def is_bounded(self) -> bool:
        """Tell whether there are more rows than were counted."""
        return self.count == COUNT_BOUND
