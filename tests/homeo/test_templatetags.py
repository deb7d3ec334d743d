"""Icons, and days, times, money and ages as the clinic writes them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone

from homeo.base.templatetags import homeo

TEN_TWENTY = datetime(2026, 11, 24, 4, 50, tzinfo=UTC)  # 10:20 in Kolkata
AFTER_MIDNIGHT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)  # the next day, 00:30, in Kolkata


@pytest.fixture(autouse=True)
def _clinic(settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    settings.CLINIC_CURRENCY_SYMBOL = "₹"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def render(source: str, **context) -> str:
    return Template("{% load homeo %}" + source).render(Context(context))


def born_ago(*, years: int = 0, months: int = 0, days: int = 0) -> date:
    today = timezone.localdate()
    count = today.year * 12 + today.month - 1 - years * 12 - months
    first = date(count // 12, count % 12 + 1, 1)
    # The 28th exists in every month: a later day of today's month must not make the person younger.
    return first.replace(day=min(today.day, 28)) - timedelta(days=days)


class TestIcon:
    def test_shows_the_symbol_of_the_sprite_and_is_silent(self):
        html = render('{% icon "plus" %}')
        assert html == '<svg class="ico" aria-hidden="true"><use href="/static/img/icons.svg#plus"></use></svg>'

    def test_has_a_small_size(self):
        assert 'class="ico ico-s"' in render('{% icon "plus" size="s" %}')

    def test_takes_its_name_from_the_context(self):
        assert "icons.svg#pill" in render("{% icon name %}", name="pill")

    @pytest.mark.parametrize("name", ["no-such-icon", "", '"><script>'])
    def test_refuses_what_the_sprite_does_not_have(self, name):
        with pytest.raises(ValueError, match="No icon is called"):
            render("{% icon name %}", name=name)


class TestDay:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (date(2026, 11, 24), "Tue 24 Nov 2026"),
            (TEN_TWENTY, "Tue 24 Nov 2026"),
            (AFTER_MIDNIGHT, "Tue 24 Nov 2026"),
            (datetime(2026, 11, 24, 23, 59), "Tue 24 Nov 2026"),
            (None, ""),
            ("", ""),
        ],
    )
    def test_is_the_clinics_day(self, value, expected):
        assert render("{{ value|day }}", value=value) == expected

    def test_leaves_out_the_year(self):
        assert render('{{ value|day:"short" }}', value=date(2026, 11, 4)) == "Wed 4 Nov"


class TestClock:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (time(9, 5), "09:05"),
            (time(0, 0), "00:00"),
            (TEN_TWENTY, "10:20"),
            (AFTER_MIDNIGHT, "00:30"),
            (None, ""),
            ("", ""),
        ],
    )
    def test_is_the_clinics_time(self, value, expected):
        assert render("{{ value|clock }}", value=value) == expected


@pytest.mark.parametrize(("value", "expected"), [(TEN_TWENTY, "Tue 24 Nov 2026, 10:20"), (None, "")])
def test_moment_is_day_and_time(value, expected):
    assert render("{{ value|moment }}", value=value) == expected


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "expected"),
        [
            (Decimal("1234"), "₹1,234.00"),
            (Decimal("0.5"), "₹0.50"),
            (Decimal("1234567.891"), "₹1,234,567.89"),
            (Decimal("-600"), "−₹600.00"),
            (0, "₹0.00"),
            (None, ""),
            ("", ""),
        ],
    )
    def test_has_currency_thousands_and_two_decimals(self, amount, expected):
        assert render("{{ amount|money }}", amount=amount) == expected

    def test_follows_the_clinics_currency(self, settings):
        settings.CLINIC_CURRENCY_SYMBOL = "€"
        assert homeo.money(Decimal("10")) == "€10.00"


class TestAge:
    @pytest.mark.parametrize(
        ("past", "expected"),
        [
            ({"years": 41}, "41 y"),
            ({"years": 2}, "2 y"),
            ({"months": 23}, "23 months"),
            ({"months": 1}, "1 month"),
            ({"years": 41, "days": -1}, "40 y"),
        ],
    )
    def test_counts_whole_years_and_under_two_whole_months(self, past, expected, monkeypatch):
        monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 11, 24))
        assert homeo.age(born_ago(**past)) == expected

    @pytest.mark.parametrize(("days", "expected"), [(0, "0 days"), (1, "1 day"), (20, "20 days")])
    def test_counts_days_in_the_first_month(self, days, expected):
        assert homeo.age(timezone.localdate() - timedelta(days=days)) == expected

    def test_of_a_day_to_come_is_nothing_yet(self):
        assert homeo.age(timezone.localdate() + timedelta(days=3)) == "0 days"

    def test_of_a_leap_day_turns_on_the_first_of_march(self, monkeypatch):
        monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 2, 28))
        assert homeo.age(date(2000, 2, 29)) == "25 y"

    def test_is_empty_where_nobody_knows(self):
        assert homeo.age(None) == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Asha Rao", "AR"), ("Noor Fatima Sheikh", "NS"), ("Kabir", "K"), ("  ", ""), (None, ""), ("élan 2", "É")],
)
def test_initials_are_of_the_first_and_the_last_word(name, expected):
    assert homeo.initials(name) == expected


def test_lines_stand_behind_each_other():
    assert homeo.one_line("Headache\r\n\n Nausea\n") == "Headache · Nausea"
    assert homeo.one_line("") == ""
