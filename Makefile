# circletake: two commands matter, `make demo` and `make test`; the rest serves whoever changes the code.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUM := $(shell cat pyproject.toml constraints.txt hatch_build.py $$(find ui/src ui/package-lock.json -type f 2>/dev/null | sort) 2>/dev/null | cksum | cut -d" " -f1)
RUNS := $(VENV)/.runs-$(SUM)
STAMP := $(VENV)/.installed-$(SUM)
STUDIO ?= demo-studio
PORT ?= 8470

.PHONY: help demo serve test check coverage lint types contracts bench ui ui-check docs openapi clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "circletake needs Python 3.11 or newer; run make PYTHON=python3.12 (or whichever you have)."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.$(1)'
endef

$(RUNS):
	$(call install,)
	@rm -f $(VENV)/.runs-*
	@touch $@

$(STAMP):
	$(call install,[dev])
	@rm -f $(VENV)/.installed-* $(VENV)/.runs-*
	@touch $@ $(RUNS)

demo: $(RUNS) ## Make a studio with the demo production in it, and serve it
	$(BIN)/circletake demo $(STUDIO) --serve --port $(PORT)

serve: $(RUNS) ## Serve the demo studio again
	$(BIN)/circletake serve $(STUDIO) --port $(PORT)

# One thread a process for linear algebra: where processes share the cores, more only wait for each other.
# Browsers have a core each, and what is held to frames or seconds comes last, alone: whoever waits for a core is late.
test: export OPENBLAS_NUM_THREADS := 1
test: $(STAMP) ## Run every test but the benches
	$(BIN)/python -m pytest -m 'not bench and not realtime and not browser' -n 3 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -m 'browser and not realtime and not bench' -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -m 'realtime and not bench' -n 1

coverage: $(STAMP) ## Run the tests of domain, gates and ledger; fail where a line or branch is not reached
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest tests/unit tests/property -q
	$(BIN)/python -m coverage report

lint: $(STAMP) ## Read the code's form
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(STAMP) ## Check the types
	$(BIN)/mypy

contracts: $(STAMP) ## Check that imports only go down, and that dependencies are declared
	$(BIN)/lint-imports
	$(BIN)/deptry src

ui-check: $(STAMP) ## Check the desk: types and its own tests
	cd ui && npm ci --ignore-scripts --no-audit --no-fund && npm run check && npm run test

check: lint types contracts ui-check test ## Everything CI runs

bench: export OPENBLAS_NUM_THREADS := 1
bench: $(STAMP) ## Print the figures
	CIRCLETAKE_FIGURES=docs/figures $(BIN)/python -m pytest tests/bench -m bench -p no:randomly -s

ui: ## Build the desk
	cd ui && npm ci --ignore-scripts --no-audit --no-fund && npm run build

openapi: $(STAMP) ## Write the HTTP description and the desk's types from it
	$(BIN)/python -m circletake.web.openapi > ui/openapi.json
	cd ui && npm run api

docs: $(STAMP) ## Write the reference pages from the code
	$(BIN)/python -m circletake.cli.reference docs/reference

clean: ## Remove what was made
	rm -rf $(VENV) ui/node_modules src/circletake/web/desk .mypy_cache .ruff_cache .pytest_cache
