# Everything a newcomer needs: `make run` and `make test`. See README.md.
.DEFAULT_GOAL := help
.PHONY: help browser install run load test check bench train lock

VENV := .venv
PYTHON := $(VENV)/bin/python
TOOLS := var/tools
# A `uv` on PATH may be a shim that does not start under this project's Python, hence the trial run.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo $(TOOLS)/uv/bin/uv)
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

help:  ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(TOOLS)/uv/bin/uv:
	@command -v python3 >/dev/null || { echo "Python 3 is missing: install it (for example 'apt-get install python3 python3-venv'), then run make again." >&2; exit 1; }
	@echo "Getting uv, the package installer …"
	@python3 -m venv $(TOOLS)/uv || { echo "Python's venv module is missing: install it (for example 'apt-get install python3-venv'), then run make again." >&2; exit 1; }
	@$(TOOLS)/uv/bin/python -m pip install --quiet --disable-pip-version-check uv

$(VENV)/installed: requirements.lock .python-version $(if $(findstring $(TOOLS),$(UV)),| $(TOOLS)/uv/bin/uv)
	@echo "Installing Python $$(cat .python-version) packages (the first time takes a few minutes) …"
	@test -x $(PYTHON) || $(UV) venv --quiet --python "$$(cat .python-version)" $(VENV) || { echo "Python $$(cat .python-version) was not found: install it (for example with 'uv python install' or pyenv), then run make again." >&2; exit 1; }
	@$(UV) pip sync --python $(PYTHON) --require-hashes requirements.lock
	@touch $@

install: $(VENV)/installed  ## Install the locked dependencies into .venv

run: install  ## Start the assistant and print the demo page's address
	@exec $(PYTHON) -m bot.cli run

load: install  ## Load data/knowledge and clinic.toml into the database
	@$(PYTHON) -m bot.cli load

train: install  ## Train the model if its inputs changed
	@$(PYTHON) -m bot.cli train

lock: $(if $(findstring $(TOOLS),$(UV)),$(TOOLS)/uv/bin/uv)  ## Renew requirements.lock from pyproject.toml
	$(UV) pip compile pyproject.toml --group dev --universal --generate-hashes --no-annotate --no-header --quiet --output-file requirements.lock

check: install node_modules/.stamp  ## Lint, types, layering, Rasa's own validation, docs
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PYTHON) -m bot.cli validate
	@if [ -d node_modules/typescript ]; then node_modules/.bin/tsc --project tsconfig.json; else echo "widget.js: types not checked, npm is missing"; fi
	$(PYTHON) -m pytest -q tests/test_docs.py

test: install browser  ## Run the whole suite
	@$(PYTHON) -m bot.cli train
	$(PYTHON) -m pytest $(PYTEST_ARGUMENTS)

bench: install  ## Measure speed and memory against stock Rasa, and understanding (an hour at most)
	$(PYTHON) -m benchmarks.speed $(BENCH_ARGUMENTS)
	$(PYTHON) -m benchmarks.understanding
	@if [ -n "$(CORPORA)" ]; then $(PYTHON) -m benchmarks.understanding.corpora "$(CORPORA)"; else echo "Public corpora: not measured, CORPORA names no folder."; fi

browser:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium for the browser tests …"; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	  else echo "Chromium is not installed: the browser tests will be skipped."; fi; }

node_modules/.stamp: package.json package-lock.json
	@if command -v npm >/dev/null; then npm ci --ignore-scripts --no-audit --no-fund --silent; fi
	@mkdir -p node_modules && touch $@
