"""Jobs in the Django admin: what waits, what runs, what failed and can be tried again."""

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from procrastinate.contrib.django import admin as package_admin
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from homeo.base.pagination import BoundedPaginator

# The package comes with pages of its own, in which a job could be broken off and styles are written inline.
admin.site.unregister(package_admin.models.ProcrastinateJob)


class EventInline(admin.TabularInline):
    """What happened to a job, and when."""

    model = ProcrastinateEvent
    fields = readonly_fields = ("type", "at")
    ordering = ("at", "pk")
    extra = 0
    can_delete = False

    def has_view_permission(self, request, obj=None):
        """Show it to whom the job is shown."""
        return request.user.has_perm("procrastinate.view_procrastinatejob")

    def has_add_permission(self, request, obj=None):
        """Refuse: the worker writes them."""
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(ProcrastinateJob)
class JobAdmin(admin.ModelAdmin):
    """Jobs, read only; what failed can be tried again. Their arguments are ids."""

    list_display = ("id", "task_name", "status", "args", "scheduled_at", "attempts")
    list_filter = ("status", "task_name")
    ordering = ("-id",)
    fields = readonly_fields = ("task_name", "queue_name", "status", "args", "scheduled_at", "attempts")
    inlines = (EventInline,)
    actions = ("try_again",)
    paginator = BoundedPaginator
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request, obj=None):
        """Refuse: services make jobs."""
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def has_retry_permission(self, request):
        """Tell whether the person may have a job tried again."""
        return request.user.has_perm("procrastinate.change_procrastinatejob")

    @admin.action(description=gettext_lazy("Try again what failed"), permissions=["retry"])
    def try_again(self, request, queryset):
        """Put the chosen jobs that failed back into the queue."""
        failed = queryset.filter(status="failed")
        for job in failed:
            app.job_manager.retry_job_by_id(job.pk, timezone.now(), job.priority, job.queue_name, job.lock)
        count = len(failed)
        messages.success(
            request,
            ngettext("%(count)d job is tried again.", "%(count)d jobs are tried again.", count) % {"count": count},
        )
