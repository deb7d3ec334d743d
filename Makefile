# Needs Python 3.11 or newer and make; everything else is fetched into this folder.
PYTHON ?= python3
PORT ?= 8000

BIN := .venv/bin
STATE := $(or $(HOMEO_STATE_DIR),var)
ASSETS := build/static/css/bootstrap.css
STATIC := $(STATE)/static/staticfiles.json
# For commands that need no database, and so should not start one.
NO_DATABASE := DATABASE_URL=postgres://nowhere/homeo
NEW_KEY := $$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')

.PHONY: help setup demo demo-reset test lint lock bench-scheduling bench-clinical
.DELETE_ON_ERROR:

help:
	@echo "make demo         serve the demo clinic at http://127.0.0.1:$(PORT) (PORT= changes it)"
	@echo "make demo-reset   the same with a new clinic"
	@echo "make test         run all tests, those in a browser too"
	@echo "make lint         run every static check"
	@echo "make lock         compile requirements/*.txt out of pyproject.toml"
	@echo "make bench-scheduling   measure the busiest pages over a large clinic (SCALE=0.1 for less)"
	@echo "make bench-clinical     the same for charts of 500 and of 5 visits"
	@echo "make setup        only install what demo, test and lint need"

demo: export HOMEO_DEMO = 1
demo: export DEBUG = 0
demo: $(STATIC)
	@$(BIN)/python manage.py demo --port $(PORT)

demo-reset: .venv/base.stamp
	$(BIN)/python -m homeo.postgres reset
	rm -rf $(STATE)/media $(STATE)/mail
	@$(MAKE) --no-print-directory demo

test: .venv/dev.stamp $(ASSETS)
	@$(BIN)/python -m tests.browser.chromium --install
	$(BIN)/python -m pytest --cov

lint: .venv/dev.stamp $(ASSETS)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	@HOMEO_HTTPS=1 ALLOWED_HOSTS=clinic.example SECRET_KEY="$(NEW_KEY)" $(NO_DATABASE) \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check

# With extras: else pip takes the newest "coverage[toml]" for another package than the pinned "coverage".
lock: .venv/dev.stamp
	$(BIN)/uv pip compile --no-strip-extras -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -o requirements/base.txt
	$(BIN)/uv pip compile --no-strip-extras -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --extra dev -c requirements/base.txt -o requirements/dev.txt

bench-scheduling bench-clinical: export HOMEO_PG_DATA ?= $(abspath $(STATE))/bench/postgres
bench-scheduling bench-clinical: bench-%: $(STATIC)
	@$(BIN)/python -m benchmarks.serve $*

setup: .venv/dev.stamp $(ASSETS)

# ── What the above stand on, made once ──────────────────────────────────────
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Homeo needs Python 3.11 or newer: name one, as in  make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

.venv/base.stamp: requirements/base.txt | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/base.txt
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/base.stamp
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# npm leaves this file behind; its cache stays in the project, since not everybody's home can be written.
node_modules/.package-lock.json: package-lock.json .npmrc .venv/base.stamp
	$(BIN)/npm ci --cache build/npm --no-update-notifier
	@touch $@

$(ASSETS): homeo/base/assets.py homeo/base/fonts.py homeo/base/icons.py node_modules/.package-lock.json
	$(BIN)/python -m homeo.base.assets

$(STATIC): $(ASSETS) $(shell find static -type f)
	$(NO_DATABASE) $(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@touch $@
