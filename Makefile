# The project's few commands. Everything runs from .venv, which is made from requirements.lock.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8080
DB ?= sqlite
BIN = .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo tour test proof check

help:
	@echo "make demo    a make-believe commune on make-believe phones (PORT=8080, DB=sqlite or postgres)"
	@echo "make tour    one month in fast-forward, as every phone saw it"
	@echo "make test    all tests"
	@echo "make proof   the long fault runs (docs/proofs.md) and a month of a whole country (docs/scale.md)"
	@echo "make check   format, lint, types, import rules, dependencies, content"

.venv: .venv/made
.venv/made: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "Python 3.11 is needed; say which with PYTHON=…"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

demo: .venv/made
	@$(BIN)/python bot.py demo --port $(PORT) --db $(DB)

tour: .venv/made
	@$(BIN)/python bot.py tour

test: .venv/made
	@$(BIN)/python -m tests.browser
	$(BIN)/pytest -n 2 --dist worksteal

proof: .venv/made
	$(BIN)/pytest -n 2 --dist worksteal -m proof tests/faults
	month=$$(mktemp); trap "rm -f $$month" EXIT; \
	$(BIN)/python -m bench.month --json > $$month && $(BIN)/python -m bench.scale $$month

check: .venv/made
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/python bot.py content
