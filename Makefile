# `make demo` and `make test` set up what they need; everything else is for developers.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint fuzz fixtures snapshots site benchmark version release-check executable clean

demo: .venv/installed ## run the main job on fixtures/demo
	$(BIN)/iflint check fixtures/demo --as-of 2026-11-24 --fail-on never

test: .venv/installed-test ## run all tests
	$(BIN)/python -m pytest -q

lint: .venv/installed-dev ## style, types, walls, and what runs on others' machines
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zizmor --offline --quiet .
	$(BIN)/hadolint Containerfile
	$(BIN)/shellcheck .ci/run .ci/sarif-multitool .ci/browser .ci/pipelines release/container

fuzz: .venv/installed-fuzz ## damage all that is read, for about a minute
	$(BIN)/python -m fuzz all --seconds 30
	$(BIN)/python -m fuzz campaign --runs 200

fixtures: .venv/installed-test ## make the fixtures again
	$(BIN)/python fixtures/make_fixtures.py

snapshots: .venv/installed-test ## make again what is made from rules and code, and accept what they say now
	$(BIN)/python docs/make_pages.py
	$(BIN)/python docs/make_screenshots.py --drawings
	$(BIN)/python tests/rule_reports.py

site: .venv/installed-site ## build the site of the documents into site/
	$(BIN)/zensical build --strict --clean

benchmark: .venv/installed-test ## measure, as ratios in one run, and write docs/performance.md
	$(BIN)/python -m benchmarks --write

version: .venv/installed-release ## make VERSION the version, in every document, too
	$(BIN)/python -m release.version $(VERSION)

release-check: .venv/installed-release ## build what is released into dist, and check it
	$(BIN)/python -m release.check

executable: .venv/installed-release ## build iflint as one file into dist, in two ways, and check both
	$(BIN)/python -m release.executables

clean:
	rm -rf .venv

.venv/created:
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'iflint needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …')"
	$(PYTHON) -m venv .venv
	touch $@

.venv/installed: .venv/created pyproject.toml
	$(PIP) install --editable .
	touch $@

.venv/installed-test: .venv/created pyproject.toml
	$(PIP) install --editable '.[test]'
	touch $@

.venv/installed-dev: .venv/created pyproject.toml
	$(PIP) install --editable '.[dev]'
	touch $@

.venv/installed-site: .venv/created pyproject.toml
	$(PIP) install --editable '.[site]'
	touch $@

.venv/installed-fuzz: .venv/installed-test
	$(PIP) install --editable '.[test,fuzz]'
	touch $@

.venv/installed-release: .venv/created pyproject.toml
	$(PIP) install --editable '.[release]'
	touch $@
