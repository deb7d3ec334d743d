"""Lists as CSV files that a spreadsheet opens without running anything."""

import csv

from django.http import HttpResponse

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral(value) -> str:
    """Return `value` as text that a spreadsheet takes for text, not for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_response(filename: str, header: list[str], rows) -> HttpResponse:
    """Answer with `rows` (iterables of values) below `header` as an UTF-8 CSV file named `filename`."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([neutral(name) for name in header])
    writer.writerows([neutral(value) for value in row] for row in rows)
    return response
