# make demo   install, build the pages, start the service with the rendered demo site
# make test   install what the tests need, then lint, types and all tests
# make lint | types | web | bench | bench-domain | bench-events | bench-heads | scenes
# make bench-accuracy DATA=sets/ppe-1

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BASE := $(VENV)/.base
DEV := $(VENV)/.dev
PAGES := api/static/index.html
PAGE_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/tests/*')

.DEFAULT_GOAL := help
.PHONY: help demo test lint types web bench bench-accuracy bench-domain bench-events bench-heads scenes

help:
	@sed -n 's/^# //p' Makefile

demo: $(BASE) $(PAGES)
	$(BIN)/anyan demo

test: lint types
	cd web && ../scripts/with-node npm run check
	$(BIN)/python -m pytest -n logical --maxprocesses 6 --dist worksteal

lint: $(DEV) $(PAGES)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(DEV)
	$(BIN)/mypy

web: $(PAGES)

bench: $(DEV)
	$(BIN)/python -m benchmarks.density

DATA ?= sets/ppe-1

bench-accuracy: $(DEV)
	$(BIN)/python -m benchmarks.accuracy --data $(DATA)

bench-events: $(DEV)
	$(BIN)/python -m benchmarks.events --kept build/events

bench-heads: $(DEV)
	$(BIN)/python -m benchmarks.head_state

SCALE ?= 1
bench-domain: $(DEV)
	$(BIN)/python -m benchmarks.domain --scale $(SCALE)

# Rendering needs Python 3.11 and about two hours of two cores; the results are committed.
scenes: $(BASE)
	$(BIN)/pip install --quiet -e '.[scenes]'
	$(BIN)/python -m benchmarks.scenes.render
	$(BIN)/python -m benchmarks.scenes.film --again

$(BASE): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet -e .
	touch $@

$(DEV): $(BASE)
	$(BIN)/pip install --quiet --group dev
	touch $@

$(PAGES): $(BASE) $(PAGE_SOURCES)
	cd web && ../scripts/with-node npm ci
	cd web && ../scripts/with-node npm run build
	touch $@
