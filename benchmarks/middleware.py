"""What tells a measurement how many queries a page asks."""

from django.db import connection

UNCOUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


def count_queries(get_response):
    """Answer a request that says `Count-Queries` with their number; others pass untouched."""

    def middleware(request):
        if "Count-Queries" not in request.headers:
            return get_response(request)
        asked = []

        def note(execute, sql, params, many, context):
            asked.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            response = get_response(request)
        response["Queries"] = sum(not str(sql).startswith(UNCOUNTED) for sql in asked)
        return response

    return middleware
