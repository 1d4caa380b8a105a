# Everything a developer types. `make` alone says what there is.

# Two at a time: Python packages and Node modules are set up beside each other.
MAKEFLAGS += --no-print-directory --warn-undefined-variables --jobs=2
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?=
MINUTES ?= 10
SEED ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --no-compile --quiet --quiet --disable-pip-version-check
# Written only after success, so that an interrupted set-up begins again.
PACKAGES := .venv/.installed
MODULES := node_modules/.installed
SET_UP := $(PACKAGES) $(MODULES)

.PHONY: help demo run test sdk-tests check format bench soak audit lock clean

help: ## Say what there is
	@echo "Carebus. The first run sets up .venv and node_modules, which takes about a minute."
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/    make \1  \2/p' Makefile | awk '{printf "    %-5s%-11s", $$1, $$2; $$1 = $$2 = ""; print}'

demo: $(SET_UP) ## Play the story of a device error on this machine and check every step
	@$(BIN)/python -m local.demo

run: $(SET_UP) ## Run everything on this machine until Ctrl-C
	@$(BIN)/python -m local.up

# One more worker than the smallest machine has cores: what runs real processes mostly waits for them.
test: $(SET_UP) ## Run all tests
	$(BIN)/pytest -n 3 --dist worksteal -q tests

sdk-tests: $(SET_UP) ## Run azure-servicebus's own tests against the emulator
	@$(BIN)/python -m tests.sdk

check: $(SET_UP) ## Check format, lint, types, imports, definitions and docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m shared.cli validate definitions
	$(BIN)/pytest -q tests/docs

format: $(PACKAGES) ## Format the code and mend what ruff can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(SET_UP) ## Measure what a story and a journey cost
	@$(BIN)/python -m bench

soak: $(SET_UP) ## Let everything go wrong for MINUTES=10, then audit; SEED=N chooses the same faults again
	@$(BIN)/python -m tests.faults.run soak --minutes $(MINUTES) $(addprefix --seed ,$(SEED))

audit: $(SET_UP) ## Ask the registries for known vulnerabilities of what we depend on
	$(BIN)/pip-audit --requirement constraints.txt --no-deps --disable-pip
	npm audit

lock: ## Renew constraints.txt and package-lock.json from the direct dependencies
	@local/setup/lock.sh

clean: ## Remove what was set up, run and cached
	rm -rf .venv node_modules .data .sdk-tests .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PACKAGES): requirements.txt requirements-dev.txt constraints.txt
	@python=$$(PYTHON="$(PYTHON)" local/setup/find_python.sh) || exit 1; \
	echo "Setting up .venv with $$python (about half a minute) ..."; \
	$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 13))' 2>/dev/null || "$$python" -m venv --clear .venv
	@$(PIP) --requirement requirements-dev.txt
	@$(PIP) --no-deps --editable .
	@touch $@

$(MODULES): package-lock.json
	@local/setup/check_node.sh
	@echo "Setting up node_modules with Azurite, the local Table storage (about a quarter of a minute) ..."
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@
