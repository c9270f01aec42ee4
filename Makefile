# Everything runs from a fresh clone: the first target used sets up .venv by itself.
# Needs Python 3.11 or newer (choose another with `make PYTHON=python3.12 ...`).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# OpenMP threads that spin between parallel regions make two shared cores three to five times slower.
export OMP_WAIT_POLICY = PASSIVE
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help install demo test lint docs format clean update-constraints

help:
	@echo "make demo     synthetic ELAN project -> dataset -> agreement -> training -> leaderboard"
	@echo "make test     all tests"
	@echo "make lint     ruff, mypy, import contracts"
	@echo "make docs     build the documentation into site/"
	@echo "make format   format the code"

install: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, found %d.%d; run e.g. make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev,docs]"
	$(BIN)/wdmd doctor --fetch
	@touch $@

demo: $(READY)
	BIN=$(BIN) bash demo.sh

test: $(READY)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(READY)
	$(BIN)/mkdocs build --strict

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf demo data runs results leaderboard site

update-constraints: $(READY)
	$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager --editable ".[dev,docs]"
	( head -2 constraints.txt; $(BIN)/python -m pip freeze --exclude-editable | grep -v -i -E '^(nvidia|cuda|triton)' | sort -f ) > constraints.tmp
	mv constraints.tmp constraints.txt
