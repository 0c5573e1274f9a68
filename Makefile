# Two commands do everything for a newcomer: `make run` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test bench lint wheel sbom audit supply clean

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

wheel: $(VENV)/run  ## build/dist: the wheel of the last commit, the same bytes whenever and wherever it is built
	rm -rf build/source build/dist
	umask 022 && mkdir -p build/source && git -c tar.umask=0022 archive HEAD | tar -x -C build/source
	umask 022 && SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps \
		--build-constraint constraints.txt --wheel-dir build/dist build/source

sbom: wheel $(VENV)/supply  ## build/sbom.cdx.json: what ships, as CycloneDX
	rm -rf build/venv && $(PYTHON) -m venv build/venv
	$(BIN)/python -m pip --python build/venv/bin/python install --quiet --disable-pip-version-check --constraint constraints.txt build/dist/*.whl
	build/venv/bin/python -m pip uninstall --quiet --yes setuptools pip  # of the venv, not of the program
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
		--output-format JSON --output-file build/sbom.cdx.json build/venv/bin/python

audit: sbom  ## known vulnerabilities and withdrawn versions of what ships
	$(BIN)/python .ci/audit.py build/sbom.cdx.json

supply: audit  ## the wheel, the SBOM, the audit, and the tests of all three
	$(BIN)/pytest -m supply tests/supply

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --upgrade pip setuptools
	$(PIP) --editable .
	touch $@

$(VENV)/test: $(VENV)/run
	$(PIP) --group test
	touch $@

$(VENV)/supply: $(VENV)/test
	$(PIP) --group supply
	touch $@

$(VENV)/bench: $(VENV)/test
	$(PIP) --group bench
	touch $@

$(VENV)/lint: $(VENV)/supply  # types of its tests are checked, too
	$(PIP) --group lint
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
