"""Who may open what: every address, for every role. A new address must join the table."""

import pytest
from django.urls import URLPattern, get_resolver

from homeo.base.views import AccessMixin, PublicMixin
from tests.access import COLUMNS, PUBLIC, TABLE, address


def addresses(patterns=None, namespace=""):
    """Yield (name, view) of every address but the Django admin's."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern.callback
        elif pattern.namespace != "admin":
            prefix = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, prefix)


def test_every_address_is_in_the_table_and_the_table_has_no_other():
    assert {name for name, _view in addresses()} == {name for name, _kind in TABLE}


def test_every_view_of_ours_says_who_may():
    for name, view in addresses():
        if name.startswith("account_"):
            continue  # allauth's
        assert issubclass(view.view_class, AccessMixin | PublicMixin), name
        if not issubclass(view.view_class, PublicMixin):
            assert view.view_class.permission_required, name


def test_the_table_holds(world, client, client_of, subtests):
    rows, people = world
    clients = {column: client_of(person) if person else client for column, person in people.items()}
    for (name, kind), statuses in TABLE.items():
        for column, status in zip(COLUMNS, statuses, strict=True):
            with subtests.test(name, column=column):
                response = clients[column].get(address(name, kind, rows))
                assert response.status_code == status
                if status in {403, 404}:
                    assert rows["patient"].user.last_name not in response.content.decode()
                if status == 302 and column == "nobody" and not name.startswith("account_"):
                    assert response["Location"].startswith("/accounts/login/")


def test_no_page_asks_the_database_more_than_twelve_times(world, client_of, django_assert_max_num_queries, subtests):
    rows, people = world
    for column in COLUMNS[1:]:
        client = client_of(people[column])
        for (name, kind), statuses in TABLE.items():
            if statuses[COLUMNS.index(column)] == 200 and name not in {"healthz", "readyz"}:
                with subtests.test(name, column=column), django_assert_max_num_queries(12):
                    client.get(address(name, kind, rows))


@pytest.mark.parametrize("status", ["INACTIVE", "SUSPENDED"])
def test_nothing_is_open_to_an_account_that_is_closed(world, client_of, status):
    rows, people = world
    for column in COLUMNS[1:]:
        person = people[column]
        client = client_of(person)
        person.status = status
        person.save()
        for (name, kind), statuses in TABLE.items():
            if statuses == PUBLIC or (not kind and name.startswith("account")):
                continue
            url = address(name, kind, rows)
            for response in (client.get(url), client.post(url)):
                assert response.status_code == 302, (name, column)
                assert response["Location"].startswith("/accounts/login/")
