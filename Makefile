# SPDX-License-Identifier: Apache-2.0
# Everything is set up on the way: `make fuzz` and `make test` work on a fresh Debian machine.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SECONDS ?= 60
WORKERS ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup tools fuzz test test-slow lint gate coverage bench clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: tools $(READY) ## Make the virtual environment and install what is missing

tools:
	@PYTHON='$(PYTHON)' ./tools/install-missing

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed, $(PYTHON) is older: make PYTHON=python3.12 …" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

fuzz: setup ## Fuzz the channel target for 60 seconds (SECONDS=, WORKERS=)
	$(BIN)/groundstop fuzz channel --seconds $(SECONDS) --workers $(WORKERS)

test: setup ## Run the tests (without the slow ones)
	$(BIN)/python -m pytest -n auto --dist loadfile -m 'not slow'

test-slow: setup ## Run the slow tests
	$(BIN)/python -m pytest -m slow

lint: setup ## Check style and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

gate: setup ## Decide for every good seed: ship or hold
	$(BIN)/groundstop gate corpus/channel/seeds/*.toml

coverage: setup ## Which lines of the core the corpus reaches
	$(BIN)/groundstop coverage channel

bench: setup ## Inputs per second beside a native libFuzzer binary
	$(BIN)/groundstop bench

# Findings, records, reports and failing examples of Hypothesis cannot be made again.
clean: ## Remove what can be made again (corpora, findings, campaigns and reports stay)
	rm -rf $(VENV) $(addprefix .groundstop/,build formats seeds) dist .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
