# Requests Desk: `make run` needs python3, python3-venv and make, nothing else.
PYTHON ?= python3
IN = .venv/bin/python

.PHONY: help run install test check bench faults fuzz lock texts clean
.DEFAULT_GOAL := help

help: ## list these commands
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

run: ## start the desk on this machine: PORT, BIND, DESK_DATA, DESK_DEMO=0 for an empty one
	@DESK_BEGAN=$$(date +%s.%N); export DESK_BEGAN; \
	$(PYTHON) tools/install.py embedded --for-run && exec $(IN) -m requests_desk.embedded --with-parent run

install: ## make .venv with everything that tests and checks need
	@$(PYTHON) tools/install.py dev
	@$(IN) tools/texts.py compile

test: install ## run every test against a real PostgreSQL and Valkey
	@$(IN) -m pytest -n 3 $(ARGS)

check: install ## style, types, arrows, texts, migrations and the deployment check
	@$(IN) tools/check.py

SCALE ?= 1000
bench: install ## measure each piece of work beside its floor: SCALE=1000000 for a million requests
	@$(IN) -m tools.bench $(SCALE) $(ARGS)

faults: install ## break the real desk in many ways and judge it by what left it: ARGS=--short for three minutes
	@$(IN) -m tests.faults $(ARGS)

fuzz: install ## read mails nobody would write: ARGS="--seconds 600" for ten minutes
	@$(IN) -m tests.fuzz $(ARGS)

lock: ## pin the requirements anew, with hashes and without addresses (needs uv)
	@$(PYTHON) tools/lock.py $(ARGS)

texts: install ## put new texts of code and templates into the catalogues
	@$(IN) tools/texts.py extract

clean: ## remove what was installed and built; data stays
	@rm -rf .venv staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
