# The two commands of the README, and what CI runs. Needs Python 3.11 or later, git and make.

PORT ?= 8000
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
# Files of tests run side by side; what is timed or loads the machine is marked slow and runs alone.
JOBS ?= 2
# Tests start hundreds of processes; without its byte code each would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help serve test test-all lint types format clean

help:            ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

serve: $(VENV)/served   ## set up, build the release, serve it on http://127.0.0.1:8000/ (PORT=… changes it)
	$(BIN)/parley serve --port $(PORT)

test: $(VENV)/tested lint types   ## set up and run every test once, lint and types included (under 10 minutes)
	$(BIN)/python -m pytest -m "not slow" --numprocesses $(JOBS) --dist loadfile

test-all: $(VENV)/tested   ## the long tests: conformance suites whole, more mutants, soak
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/tested
	$(BIN)/mypy

format: $(VENV)/tested   ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:           ## remove the environment and all releases
	rm -rf $(VENV) .parley

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Parley needs Python 3.11 or later; set PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# A change of the style sheets needs the build hook again.
ASSETS := $(wildcard server/frontend/*.json server/frontend/*.mjs server/frontend/src/* server/frontend/src/*/*)

$(VENV)/served: $(BIN)/python pyproject.toml $(ASSETS)
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/tested: $(BIN)/python pyproject.toml $(ASSETS)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $(VENV)/served $@

.PHONY: docs
docs: $(VENV)/served   ## write docs/reference from the code
	$(BIN)/python docs/generate.py
