# make selfie   install what the run time needs, and open the booth
# make test     install the rest, and run every check

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: selfie test clean

selfie: $(VENV)/installed
	$(BIN)/smartselfie

test: $(VENV)/installed-tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "smartselfie needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --upgrade pip

# what is used is compiled when it is first imported; most of what is installed never is
$(VENV)/installed: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --no-compile --editable .
	@touch $@

# PyTorch first and by itself: its index then offers the build for the CPU, not one of several gigabytes
$(VENV)/installed-tests: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --requirement constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[train]' --group test
	@touch $(VENV)/installed $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
