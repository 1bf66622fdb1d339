# Duban: `make run` serves a filled demo, `make test` passes all tests; each sets up what is missing, and says so.
# A step leaves a stamp named by the hash of what it was made from, inside the folder it made: done steps are skipped,
# an interrupted step is done again, and a second run needs no network.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
MAKEFLAGS += --no-print-directory
FRONTEND := webapp/frontend
PY := .venv/bin/python
export PYTHONUTF8 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

hash = $(shell cat $(1) 2>/dev/null | sha256sum | cut -c1-16)
FRONTEND_SOURCES := $(sort $(wildcard $(FRONTEND)/*.mjs $(FRONTEND)/icons.json $(FRONTEND)/package-lock.json) $(shell find $(FRONTEND)/src -type f 2>/dev/null))
CATALOGUES := $(sort $(shell find webapp bpmn -name '*.po' -not -path '*/node_modules/*' 2>/dev/null))
RUN_READY := .venv/.ready-run-$(call hash,requirements.txt)
DEV_READY := .venv/.ready-dev-$(call hash,requirements.txt requirements-dev.txt)
NPM_READY := $(FRONTEND)/node_modules/.ready-$(call hash,$(FRONTEND)/package-lock.json)
ASSETS_READY := webapp/static/dist/.ready-$(call hash,$(FRONTEND_SOURCES))
WORDS_READY := .make/words-$(call hash,$(CATALOGUES))
BROWSER := $(firstword $(wildcard /usr/bin/chromium-headless-shell))
DAYS ?= 0
TESTS ?= tests
WORKERS ?= 2

say = printf '\033[1m==> %s\033[0m\n' "$(1)"
fail = { printf '\n%s\n' "$(1)" >&2; exit 1; }

.PHONY: help run test check bench clock pins setup setup-dev browser format messages clean reset-demo

help: ## say what can be made
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

run: setup ## set up what is missing, fill the demo once, serve it at http://127.0.0.1:8000 (PORT=… for another)
	@exec bash .ci/serve-demo

test: setup-dev browser ## set up what is missing, run all tests on SQLite and PostgreSQL, then in a browser
	@$(call say,Run the tests with $(WORKERS) workers)
	if [ -x /usr/bin/chromium-headless-shell ]; then which="not slow"; else which="not slow and not browser"; fi
	$(PY) -m pytest -n $(WORKERS) --timeout 300 -m "$$which" $(TESTS)

check: setup-dev ## style, types, direction of imports, diagrams
	@$(call say,Check style (ruff))
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(call say,Check types (mypy))
	.venv/bin/mypy engine webapp timers
	$(call say,Check the direction of imports (import-linter))
	.venv/bin/lint-imports
	$(call say,Check the diagrams (bpmnlint))
	node $(FRONTEND)/lint-diagrams.mjs bpmn

bench: setup-dev ## benchmarks and the long tests; prints one table a subject; fails when a mark is missed
	@$(call say,Run the benchmarks and the long tests (some minutes))
	$(PY) -m pytest -m slow -s tests

setup: $(RUN_READY) $(ASSETS_READY) $(WORDS_READY) ## what `make run` needs, nothing else

setup-dev: $(DEV_READY) $(ASSETS_READY) $(WORDS_READY) ## what tests and checks need as well

format: setup-dev ## bring the code into the house style
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

messages: setup-dev ## collect new Chinese words into the English catalogue, then fill in their msgstr
	@$(PY) -m webapp.messages

clock: ## move the clock of the demo forward: make clock DAYS=3
	@[ -e var/demo/filled ] || $(call fail,There is no demo yet: make run fills it.)
	DUBAN_DEMO=1 DUBAN_DATA_DIR=var/demo $(PY) -m engine clock --days $(DAYS)

pins: setup-dev ## write requirements*.txt from requirements*.in, with hashes
	@for name in requirements requirements-dev; do \
	  .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --no-emit-index-url --no-emit-find-links $$name.in -o $$name.txt; done
	$(call say,Written: requirements.txt and requirements-dev.txt)

reset-demo: ## throw the demo's data away; the next `make run` fills it anew
	@rm -rf var/demo var/demo.filling && $(call say,The demo is empty; make run fills it anew)

clean: ## throw away what setup made (not the demo's data)
	@rm -rf .venv .make $(FRONTEND)/node_modules webapp/static/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.venv/.made:
	@if .venv/bin/python -m pip --version >/dev/null 2>&1; then touch $@; exit 0; fi
	$(call say,Make a Python environment in .venv)
	python=$$(for p in python3.11 python3.12 python3.13 python3; do "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done) \
	  || $(call fail,Python 3.11 or newer is missing. On Debian: apt-get install python3 python3-venv - then run the same command again.)
	rm -rf .venv
	"$$python" -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	    && echo "Python's venv module is missing: installing python3-venv" && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null \
	    && "$$python" -m venv .venv; } \
	  || $(call fail,Python cannot make an environment. On Debian: apt-get install python3-venv - then run the same command again.)
	touch $@

$(RUN_READY): | .venv/.made
	@$(call say,Install the Python packages of requirements.txt (by hash))
	$(PY) -m pip install -q --require-hashes -r requirements.txt \
	  || $(call fail,The packages could not be installed. Is the network up? Run the same command again; it goes on where it stopped.)
	touch $@

$(DEV_READY): | $(RUN_READY)
	@$(call say,Install the packages for tests and checks (by hash))
	$(PY) -m pip install -q --require-hashes -r requirements.txt -r requirements-dev.txt \
	  || $(call fail,The packages could not be installed. Is the network up? Run the same command again; it goes on where it stopped.)
	touch $@

$(NPM_READY):
	@$(call say,Install the browser packages of package-lock.json)
	node -e 'process.exit(+process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null \
	  || $(call fail,Node 20 or newer is missing. On Debian: apt-get install nodejs npm - then run the same command again.)
	(cd $(FRONTEND) && npm ci --silent --ignore-scripts --no-audit --no-fund) \
	  || $(call fail,The browser packages could not be installed. Is the network up? Run the same command again.)
	touch $@

$(ASSETS_READY): | $(NPM_READY)
	@$(call say,Build the pages' scripts and styles)
	(cd $(FRONTEND) && npm run --silent build) || $(call fail,The scripts and styles could not be built: see the lines above.)
	mkdir -p webapp/static/dist && rm -f webapp/static/dist/.ready-* && touch $@

$(WORDS_READY): | $(RUN_READY)
	@$(call say,Compile the English words)
	for po in $(CATALOGUES); do .venv/bin/pybabel -q compile -i "$$po" -o "$${po%.po}.mo" -l en; done
	mkdir -p .make && rm -f .make/words-* && touch $@

browser:
	@if [ -n "$(BROWSER)" ] && [ -n "$$(fc-list :lang=zh 2>/dev/null)" ]; then exit 0; fi
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	  $(call say,Install Debian's headless Chromium and Chinese fonts for the browser tests)
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-noto-cjk fontconfig >/dev/null; } \
	    || $(call fail,The browser could not be installed. Is the network up? Run make test again.)
	elif [ -z "$(BROWSER)" ]; then
	  $(call say,No browser: the browser tests are left out. To have them ask root for: apt-get install chromium-headless-shell fonts-noto-cjk)
	fi
