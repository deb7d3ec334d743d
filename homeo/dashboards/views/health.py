"""What a load balancer asks."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.views import View

from homeo.base.views import PublicMixin


class HealthView(PublicMixin, View):
    """Tell that the process answers."""

    def get(self, request):
        """Answer 200."""
        return HttpResponse("ok\n", content_type="text/plain")


class ReadyView(PublicMixin, View):
    """Tell whether the database answers and every migration is applied."""

    def get(self, request):
        """Answer 200, or 503 with the reason."""
        try:
            executor = MigrationExecutor(connection)
            is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        except DatabaseError:
            return HttpResponse("database\n", status=503, content_type="text/plain")
        if is_behind:
            return HttpResponse("migrations\n", status=503, content_type="text/plain")
        return HttpResponse("ok\n", content_type="text/plain")
