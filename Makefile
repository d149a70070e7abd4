# make selfie   install what the run time needs, and open the booth
# make check    lint, types, import contracts and the quick tests, for while you work
# make test     every check and every test, with the coverage of branches; what is handed in passes it
# make test-all the same, then the benchmarks that need no data: code and install size, speed, memory
# make docs     write the generated parts of the documents anew
# make site     build the documents as a website in build/site
# make network DATA=faces.npz   train the network that ships, from its teachers on; goes on where it was stopped
# make network DATA=faces.npz FACES=real_faces.zip   and then on labelled faces of real people, too

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

RUNS ?= runs
DATA ?= faces.npz
FACES ?=
# such as TRAIN="--device cuda", or "--threads 1" where other work goes on beside it
TRAIN ?=

.PHONY: selfie check lint test test-all docs site network clean

selfie: $(VENV)/installed
	@# Ctrl-C is how it ends, and no failure
	@trap : INT; $(BIN)/smartselfie || [ $$? -eq 130 ]

lint: $(VENV)/installed-tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# One thread of arithmetic in each process; what was compiled for the tests is kept, whatever the shell says of that.
check test: export OMP_NUM_THREADS = 1
check test: export PYTHONDONTWRITEBYTECODE =
# many tests wait for something: three processes on two cores
check test: export PYTEST_XDIST_AUTO_NUM_WORKERS = $(shell $(PYTHON) -c 'import os; print(os.cpu_count() * 3 // 2)')

check: lint
	$(BIN)/pytest -q -n auto --dist worksteal -m "not slow and not browser"

# first the browser, with nothing beside it; then all the rest, and the coverage of both
test: lint
	$(BIN)/pytest -m browser --cov --cov-report= --cov-fail-under=0
	$(BIN)/pytest -n auto --dist loadgroup -m "not browser" --cov --cov-append

test-all: test
	for name in code_size speed network ring install_size wheels; do \
		$(BIN)/python -m benchmarks.$$name || exit 1; done

site: $(VENV)/installed-tests
	$(BIN)/python docs/website.py

docs: $(VENV)/installed
	$(BIN)/python docs/generate.py

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

network: $(RUNS)/compact.onnx $(RUNS)/compact-int8.onnx $(if $(FACES),$(RUNS)/faces.onnx $(RUNS)/faces-int8.onnx)

begun = $(if $(wildcard $(RUNS)/$(1)/checkpoint.pt),--resume,$(2))

TEACHERS := $(RUNS)/wide.onnx $(RUNS)/slim.onnx

$(TEACHERS): $(RUNS)/%.onnx: | $(VENV)/installed-tests
	$(BIN)/smartselfie train $(DATA) --out $(RUNS)/$* $(call begun,$*,--recipe $*) $(TRAIN)
	$(BIN)/smartselfie export $(RUNS)/$* $@ --data $(DATA) --mirrored

$(RUNS)/compact.onnx: $(TEACHERS)
	$(BIN)/smartselfie train $(DATA) --out $(RUNS)/compact \
		$(call begun,compact,--recipe compact $(TEACHERS:%=--teacher %)) $(TRAIN)
	$(BIN)/smartselfie export $(RUNS)/compact $@ --data $(DATA)

$(RUNS)/compact-int8.onnx: $(RUNS)/compact.onnx
	$(BIN)/smartselfie export $< $@ --data $(DATA) --int8

# the same network, taught by itself what FER-2013 holds while it learns real faces; once for each seed
SEEDS := 91
LEARNT := $(SEEDS:%=$(RUNS)/faces-%/done)

$(LEARNT): $(RUNS)/faces-%/done: $(RUNS)/compact.onnx
	$(BIN)/smartselfie train $(DATA) --out $(RUNS)/faces-$* --real $(FACES) \
		$(call begun,faces-$*,--recipe faces --seed $* --start $< --teacher $<) $(TRAIN)
	@touch $@

$(RUNS)/faces.onnx: $(LEARNT)
	$(BIN)/smartselfie export $(firstword $(^D)) $@ --data $(DATA) --faces $(FACES) \
		$(addprefix --with ,$(wordlist 2,9,$(^D)))

$(RUNS)/faces-int8.onnx: $(RUNS)/faces.onnx
	$(BIN)/smartselfie export $< $@ --data $(DATA) --faces $(FACES) --int8

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
