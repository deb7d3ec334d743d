"""What a load balancer hears."""

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_the_process_says_that_it_is_alive(client):
    response = client.get(reverse("healthz"))
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_the_service_is_ready_with_every_migration(client):
    assert client.get(reverse("readyz")).status_code == 200


def test_the_service_is_not_ready_while_a_migration_is_missing(client):
    MigrationRecorder.Migration.objects.filter(app="billing").latest("pk").delete()
    response = client.get(reverse("readyz"))
    assert (response.status_code, response.content) == (503, b"migrations\n")
