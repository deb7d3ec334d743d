"""Pages with a list: filtered, sorted, searched, paged, exported."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.views.generic import ListView

from homeo.base.exports import csv_response
from homeo.base.pagination import COUNT_BOUND, BoundedPaginator
from homeo.base.searches import keep_search, kept_search
from homeo.base.views.access import ScopedMixin

PAGE_SIZES = (25, 50, 100)
KEPT_BY_FILTERS = ("search", "ordering", "size")


class ListPageView(ScopedMixin, ListView):
    """A list of rows the person may see.

    - `filterset_class`: a django-filter FilterSet over the address's parameters.
    - `orderings`: the sort keys that may stand in `?ordering=`, each with its ORDER BY; the first is the default, a key
      with `-` before it is the reverse.
    - `search(queryset, text)`: define it to have a search box; it sorts by likeness. What people type are names and
      phones, which must not stand in addresses: the form goes by POST, the words stay in the session, the address
      carries a key.
    - `csv_columns`: pairs of heading and function of the row; define it, and `export_permission`, for `?export=csv`.
    - `kept_by_filters`: what stays in the address when a filter is set or cleared.
    """

    paginate_by = PAGE_SIZES[0]
    paginator_class = BoundedPaginator
    filterset_class = None
    orderings: dict[str, tuple[str, ...]] = {}
    search = None
    csv_columns = None
    export_permission = None
    kept_by_filters = KEPT_BY_FILTERS

    def get_paginate_by(self, queryset):
        """Return the page size asked for, out of the ones offered."""
        size = self.request.GET.get("size", "")
        return int(size) if size in map(str, PAGE_SIZES) else self.paginate_by

    def get_scoped_queryset(self):
        """Return the rows that the person may see, before any filter."""
        return super().get_queryset()

    def get_queryset(self):
        """Return the person's rows, filtered, searched and sorted."""
        queryset = self.get_scoped_queryset()
        self.filterset = None
        if self.filterset_class:
            self.filterset = self.filterset_class(self.request.GET, queryset=queryset, request=self.request)
            queryset = self.filterset.qs
        self.search_text = self._search_text()
        if self.search_text:
            queryset = self.search(queryset, self.search_text)
        self.ordering = self._ordering()
        if self.ordering and not self.search_text:
            key = self.ordering.removeprefix("-")
            terms = self.orderings[key]
            queryset = queryset.order_by(*(map(_reverse, terms) if self.ordering != key else terms))
        return queryset

    def _ordering(self) -> str:
        asked = self.request.GET.get("ordering", "")
        return asked if asked.removeprefix("-") in self.orderings else next(iter(self.orderings), "")

    def _search_text(self) -> str:
        return kept_search(self.request, self.request.GET.get("search", "")) if self.search else ""

    def post(self, request, *args, **kwargs):
        """Keep the words of a search and show the list that they give."""
        if not self.search:
            return self.http_method_not_allowed(request)
        query = request.GET.copy()
        query.pop("page", None)
        query.pop("search", None)
        if key := keep_search(request, request.POST.get("q", "")):
            query["search"] = key
        return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")

    def get(self, request, *args, **kwargs):
        """Show the page, or send the whole list as a file."""
        if request.GET.get("export") == "csv" and self.csv_columns:
            return self.export()
        return super().get(request, *args, **kwargs)

    def export(self):
        """Answer with the list as CSV, at most 10,000 rows."""
        if not self.request.user.has_perm(self.export_permission):
            raise PermissionDenied
        rows = self.get_queryset()[:COUNT_BOUND]
        name = f"{self.get_export_name()}-{timezone.localdate():%Y-%m-%d}.csv"
        header = [str(heading) for heading, _value in self.csv_columns]
        return csv_response(name, header, ([value(row) for _heading, value in self.csv_columns] for row in rows))

    def get_export_name(self) -> str:
        """Return what the file is called, before its day."""
        return f"{self.queryset.model._meta.model_name}s"

    def paginate_queryset(self, queryset, page_size):
        """Return the page asked for, the nearest one where there is no such page."""
        paginator = self.get_paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get("page"))
        return paginator, page, page.object_list, page.has_other_pages()

    def get_context_data(self, **kwargs):
        """Add the filters, the sort key, the search, the page sizes, and the address without its page or its order."""
        query = self.request.GET.copy()
        query.pop("page", None)
        sorted_by = query.copy()
        sorted_by.pop("ordering", None)
        kept = QueryDict(mutable=True)
        kept.update({name: query[name] for name in self.kept_by_filters if name in query})
        return super().get_context_data(
            **{
                "filterset": self.filterset,
                "ordering": self.ordering,
                "search_text": self.search_text,
                "is_searchable": bool(self.search),
                "base_query": query.urlencode(),
                "unsorted_query": sorted_by.urlencode(),
                "page_sizes": [(size, _sized(query, size)) for size in PAGE_SIZES],
                "kept": kept.items(),
                "unfiltered_query": kept.urlencode(),
                "is_filtered": any(query.get(name) for name in query if name not in self.kept_by_filters),
                "can_export": bool(
                    self.csv_columns and self.export_permission and self.request.user.has_perm(self.export_permission)
                ),
            }
            | kwargs
        )


def _sized(query, size: int) -> str:
    sized = query.copy()
    sized["size"] = size
    return sized.urlencode()


def _reverse(term: str) -> str:
    return term.removeprefix("-") if term.startswith("-") else f"-{term}"
