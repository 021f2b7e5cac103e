# Everything begins with `make setup`: an environment in .venv/ from the lock files, and the front-end files in
# build/assets/. It needs Python 3.11, 3.12 or 3.13 and a network, nothing else; a second time it is instant.
#
#   make up      set up, migrate, make the demo project once, and run everything on http://127.0.0.1:8000
#   make test    set up, check the code, and run all tests
#   make check   only the checks of the code: ruff, mypy, import-linter
#   make setup   only the set-up
#   make clean   remove what was generated (not the data in .data/)

.DEFAULT_GOAL := up
.PHONY: up test check setup clean
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:

BIN := .venv/bin
# A name may be a version manager's shim that fails: each candidate is tried by running it. PYTHON=… overrides.
CANDIDATES = $(PYTHON) python3.13 python3.12 python3.11 python3 python
TRY = import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

setup: .venv/local.stamp build/assets.stamp build/static.sha256

up: setup
	@exec $(BIN)/python -m config.launcher

check: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

test: .venv/test.stamp build/test-assets.stamp check build/static.sha256
	$(BIN)/pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

clean:
	rm -rf .venv build node_modules staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment whose Python has gone, or is another version, is made anew.
.venv/bin/python:
	@for candidate in $(CANDIDATES); do \
	  if $$candidate -c '$(TRY)' 2>/dev/null; then \
	    echo "Making .venv with $$($$candidate --version)"; \
	    $$candidate -m venv --clear .venv && exit 0; \
	  fi; \
	done; \
	echo "Scriptorium needs Python 3.11, 3.12 or 3.13 with the modules venv and ensurepip, and found none." >&2; \
	echo "Install one (on Debian and Ubuntu: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python3.12" >&2; \
	exit 1

.venv/local.stamp: requirements/local.txt | .venv/bin/python
	@$(call install,local)

.venv/test.stamp: requirements/test.txt | .venv/bin/python
	@$(call install,test)

define install
echo "Installing requirements/$(1).txt"; \
$(BIN)/python -c '$(TRY)' 2>/dev/null || { \
  echo ".venv does not hold a working Python 3.11, 3.12 or 3.13: remove it (rm -rf .venv), then try again." >&2; exit 1; }; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$(1).txt || { \
  echo "The Python packages could not be installed: what pip said is above; check the network and the disk." >&2; \
  exit 1; }; \
touch $@
endef

build/assets.stamp: package-lock.json config/setup_assets.py | .venv/local.stamp
	@echo "Fetching the front-end files"
	@$(BIN)/python -m config.setup_assets

build/test-assets.stamp: package-lock.json config/setup_assets.py | .venv/test.stamp
	@echo "Fetching the front-end files, with those for tests"
	@$(BIN)/python -m config.setup_assets --tests

# Collected and compressed here once; the start looks whether a file has changed since.
build/static.sha256: build/assets.stamp | .venv/bin/python
	@echo "Collecting the static files"
	@$(BIN)/python -m config.preparation collectstatic
	@touch $@
