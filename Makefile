VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= python3

# hundreds of processes are started: without byte code each compiles all of kmsgen
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo lint test bench golden mutants clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.ready: $(VENV)/.installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

SIMULATOR := tests/differential/node

$(SIMULATOR)/node_modules/.package-lock.json: $(SIMULATOR)/package-lock.json
	npm ci --prefix $(SIMULATOR) --no-audit --no-fund --loglevel=error >/dev/null
	touch $@

setup: $(VENV)/.ready $(SIMULATOR)/node_modules/.package-lock.json ## make the virtual environment with everything the tests need

demo: $(VENV)/.installed ## install what a user installs, render the example to all formats and print who can do what
	$(BIN)/kmsgen render examples/payments/intent.yaml --out out
	$(BIN)/kmsgen matrix examples/payments/intent.yaml

lint: setup ## style, types, import rules, code that nothing uses
	$(BIN)/ruff check kmsgen scripts tests benchmarks
	$(BIN)/ruff format --check kmsgen scripts tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture

test: lint ## everything: what lint checks, all tests, and how much of the code they reach
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n 3 --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

bench: setup ## measure speed and memory; print one table (minutes; BENCH="render prover" for a part)
	$(BIN)/python benchmarks $(BENCH)

golden: setup ## rewrite the golden files; review the difference
	$(BIN)/python -m pytest -q tests/golden --rewrite-golden

mutants: setup ## change authorizer, prover and compiler in many small ways; list the changes that no test notices (days; SAMPLE=100 for a part)
	$(BIN)/python scripts/mutants.py --sample $(or $(SAMPLE),0)

clean: ## remove what the targets made
	rm -rf $(VENV) out dist build
