# Two commands do everything for a newcomer: `make run` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test bench lint clean

run: $(VENV)/run  ## set up, then watch the demo newsroom turn into alerts
	$(BIN)/watcher demo

test: $(VENV)/test  ## set up, then run every test this machine can run
	$(BIN)/pytest -n auto

bench: $(VENV)/bench  ## measure side by side
	$(BIN)/pytest -m bench -p no:randomly -s tests/bench

lint: $(VENV)/lint  ## format, lint, types, import contracts, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry watcher

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --upgrade pip
	$(PIP) --editable .
	touch $@

$(VENV)/test: $(VENV)/run
	$(PIP) --group test
	touch $@

$(VENV)/bench: $(VENV)/test
	$(PIP) --group bench
	touch $@

$(VENV)/lint: $(VENV)/test
	$(PIP) --group lint
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
