"""How the demo clinic is served."""

import pytest
from django.core.management import CommandError, call_command

from homeo.demo.management.commands.demo import DemoServer


def test_a_real_clinic_is_not_served_as_a_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="HOMEO_DEMO=1"):
        call_command("demo")


def test_it_is_served_by_threads_on_this_machine_only_and_logs_no_typed_text():
    config = DemoServer(8123, announce=lambda: None).cfg
    assert config.address == [("127.0.0.1", 8123)]
    assert config.worker_class_str == "gthread"
    assert config.workers * config.threads > 1
    # %(r)s, %(q)s and %(f)s hold the query, or that of the page before.
    assert not {"%(r)s", "%(q)s", "%(f)s"} & set(config.access_log_format.replace('"', "").split())
