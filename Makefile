# `make help` lists what there is. Everything lives in .venv; a second start installs nothing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# uv installs what the hash-locked lists name; where none is on the PATH, one is put into the environment.
UV := $(or $(shell command -v uv),$(BIN)/uv)
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
OURSELVES := --no-deps --no-build-isolation --editable .

PAGE := orchestrator/page/index.html
PAGE_SOURCES := $(shell find ui/src examples -type f) $(addprefix ui/,index.html vite.config.ts tsconfig.json package.json)
PAGE_PACKAGES := ui/node_modules/.package-lock.json
NODE_FITS := node -e 'const [major, minor] = process.versions.node.split(".").map(Number); \
	process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null

.DEFAULT_GOAL := help
.PHONY: help setup run verify test lint bench page ui ui-types clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.runtime page ## Install what is missing, then serve on 127.0.0.1:8000 (or the next free port)
	@exec $(BIN)/nexus serve

setup: $(VENV)/.setup page ## Install everything that tests and benchmarks need

verify: $(VENV)/.setup page ## Run every tier of tests and write verify-report.json (one tier: TIER=unit)
	@$(BIN)/python -m tests.verify $(if $(TIER),--tier $(TIER))

test: $(VENV)/.setup page ## Run the quick tiers, about two minutes
	@$(BIN)/python -m tests.verify --quick

lint: $(VENV)/.setup page ## Check style, types and imports
	@$(BIN)/python -m tests.verify --tier static

bench: $(VENV)/.setup ## Run a benchmark: make bench NAME=turn
	@$(BIN)/python -m benchmarks $(NAME)

page: ## Build the page from ui/, where its sources changed
	@if $(NODE_FITS); then $(MAKE) --silent --no-print-directory $(PAGE); else \
		echo 'No Node 20.19 or newer on the PATH: all but the page in the browser works. Install it, then run make again.' >&2; fi

ui: $(PAGE_PACKAGES) ## Serve ui/ with reload, against a running service (NEXUS_URL, else 127.0.0.1:8000)
	@cd ui && npm run --silent dev

ui-types: $(VENV)/.setup $(PAGE_PACKAGES) ## Generate the page's types from the API's description
	@$(BIN)/python -m tests.verify.page

clean: ## Remove the environment, the built page and what tests leave behind; data stays
	rm -rf orchestrator/page ui/node_modules
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache .grimp_cache verify-report.json
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'NEXUS needs Python 3.11 or newer as $(PYTHON). Install it, or name it: make $(MAKECMDGOALS) PYTHON=python3.12' >&2; \
		exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) >/dev/null || { \
		rm -rf $(VENV); \
		echo '$(PYTHON) cannot make an environment. Install its venv module (Debian: apt install python3-venv).' >&2; \
		exit 1; }

$(BIN)/uv: | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv || { \
		echo 'uv could not be installed from the package index. Check the network, or put uv on the PATH.' >&2; \
		exit 1; }

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(BIN)/python $(UV)
	@echo 'Installing NEXUS into $(VENV) (once) ...'
	@$(INSTALL) --require-hashes -r requirements/runtime.txt && $(INSTALL) $(OURSELVES) || { $(install_failed); }
	@touch $@

$(PAGE_PACKAGES): ui/package-lock.json
	@echo 'Installing what builds the page (once) ...'
	@cd ui && npm ci --no-fund --no-audit --loglevel=error >/dev/null || { $(install_failed); }
	@touch $@

$(PAGE): $(PAGE_SOURCES) $(PAGE_PACKAGES)
	@echo 'Building the page ...'
	@cd ui && npm run --silent build -- --logLevel error

# The list for development holds the one for running.
$(VENV)/.setup: requirements/dev.txt requirements/runtime.txt pyproject.toml | $(BIN)/python $(UV)
	@echo 'Installing NEXUS and what its tests need into $(VENV) (once) ...'
	@$(INSTALL) --require-hashes -r requirements/dev.txt && $(INSTALL) $(OURSELVES) || { $(install_failed); }
	@touch $@ $(VENV)/.runtime

define install_failed
echo 'The packages could not be installed; the lines above say why. Check the network, then run make again.' >&2; exit 1
endef
