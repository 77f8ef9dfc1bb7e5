# Everything happens in .venv; nothing is installed outside it. `make help` lists what there is.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$name" && break; done)
UV ?= $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-input
STAMP := .venv/.installed

export PYTHONUTF8 := 1
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.PHONY: help setup run test test-fast check lint types imports format lock schema

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP)  ## the environment in .venv, with the locked dependencies

run: $(STAMP)  ## a demo county on 127.0.0.1:8000: server, migrations, made-up residents, API
	@$(BIN)/lifelong demo

API_TESTS := .venv/api-tests.log

test: $(STAMP)  ## all tests, on a real PostgreSQL; those of the API beside the others, told after them
	@$(BIN)/pytest tests/api >$(API_TESTS) 2>&1 & beside=$$!; \
	$(BIN)/pytest --ignore=tests/api; rest=$$?; \
	wait $$beside; api=$$?; cat $(API_TESTS); exit $$((rest || api))

test-fast: $(STAMP)  ## the tests that need no database
	@$(BIN)/pytest -m "not slow" tests/domain tests/evidence

check: lint types imports  ## what must hold of the code: lint, format, types, imports

lint: $(STAMP)  ## style and common mistakes
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(STAMP)  ## mypy, strict
	@$(BIN)/mypy

imports: $(STAMP)  ## who may import whom
	@$(BIN)/lint-imports

format: $(STAMP)  ## put the code into its format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

schema: $(STAMP)  ## write migrations/schema.sql anew: what all migrations make together
	@$(BIN)/python -m tools.schema

# Hashes of every platform's files, and no address of any index: whoever installs uses their own.
COMPILE = pip compile pyproject.toml --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-header --universal --python-version 3.11 $(LOCK_OPTIONS)

lock:  ## pin the dependencies of pyproject.toml again (LOCK_OPTIONS=--upgrade for newer ones)
	@uv="$(or $(UV),$(wildcard $(BIN)/uv))"; \
	if [ -z "$$uv" ]; then echo "make lock needs uv: $(BIN)/pip install uv" >&2; exit 1; fi; \
	"$$uv" $(COMPILE) --output-file requirements.txt >/dev/null && \
	"$$uv" $(COMPILE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt >/dev/null

$(STAMP): requirements-dev.txt pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3" >&2; exit 1; fi
	@echo "setting up .venv with the locked dependencies; this happens once and can take a minute" >&2
	@if [ ! -x $(BIN)/python ]; then \
		"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
			{ echo "$(PYTHON) is older than Python 3.11; name another with: make PYTHON=..." >&2; exit 1; }; \
		"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
			{ echo "$(PYTHON) cannot make environments: install python3-venv (apt install python3-venv)" >&2; exit 1; }; \
		"$(PYTHON)" -m venv .venv; fi
	@if [ -n "$(UV)" ] && "$(UV)" pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt; \
		then :; else $(PIP_INSTALL) --require-hashes -r requirements-dev.txt; fi
	@$(PIP_INSTALL) --no-index --no-deps --no-build-isolation --editable .
	@touch $@
