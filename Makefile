# Every task of this checkout; `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
INSTALLED := .venv/.installed
# What the board's pages load, and what checks them.
VENDOR := dashboards/board/vendor
VENDORED := $(VENDOR)/files/axe.min.js
# A resolver that honours the overrides in pyproject.toml; only `make lock` needs it.
UV := .tillstream/uv
HIDDEN_INDEXES := env -u UV_DEFAULT_INDEX -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS

.PHONY: help
help: ## List the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' \
		| awk -F'|' '{ printf "  make %-12s %s\n", $$1, $$2 }'

.PHONY: setup
setup: $(INSTALLED) $(VENDORED) ## Install the locked packages into .venv, if the lock has changed
	@:

# No dependency resolution here: the lock is complete, and faust's cap on click is overridden in it.
$(INSTALLED): requirements.lock
	@python=$$(.ci/find-python); \
	echo "Installing $$(grep -c '==' requirements.lock) packages into .venv with $$($$python --version)"; \
	$$python -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@ln -sf ../../bin/tillstream $(BIN)/tillstream
	@touch $@

$(VENDORED): $(VENDOR)/package-lock.json | $(INSTALLED)
	@echo "Installing the scripts of the board's pages"
	@$(BIN)/python -m dashboards.board.vendor.install
	@touch $@

.PHONY: run
run: setup ## Start the whole stack and simulated tills; Ctrl-C stops it
	@$(BIN)/tillstream local up

.PHONY: test
test: setup lint ## Everything: format, lint, types, import directions, all tests; some 35 minutes
	@.ci/test-tools
	@$(BIN)/python -m tests.whole

.PHONY: faults
faults: setup ## Suffer drawn faults on a whole stack: make faults SEEDS=20 FIRST=1 MINUTES=4 goes on where it stopped, SEED=7 is one
	@$(BIN)/python -m tests.faults --minutes $(or $(MINUTES),4) $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),20) --first $(or $(FIRST),1))

.PHONY: till-faults
till-faults: setup ## Tills that sell while everything breaks: make till-faults SEEDS=10 FIRST=1 MINUTES=2; SEED=7 is one
	@$(BIN)/python -m tests.till_faults --minutes $(or $(MINUTES),2) $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),10) --first $(or $(FIRST),1))

.PHONY: store-faults
store-faults: setup ## A store in which everything breaks: make store-faults SEEDS=10 FIRST=1 MINUTES=2; SEED=7 is one
	@$(BIN)/python -m tests.store_faults --minutes $(or $(MINUTES),2) $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),10) --first $(or $(FIRST),1))

.PHONY: store-day
store-day: setup ## A day without a line in a store, and how soon the centre is equal: make store-day EVENTS=50000
	@$(BIN)/python -m tests.store_day --events $(or $(EVENTS),50000)

.PHONY: simulate
simulate: setup ## Drawn crashes between any two steps, simulated: make simulate SEEDS=10000 FIRST=1
	@$(BIN)/python -m tests.simulation --seeds $(or $(SEEDS),10000) --first $(or $(FIRST),1)

.PHONY: carts
carts: setup ## Carts at random, decided at a till and again at the centre: make carts CARTS=10000 FIRST=1
	@$(BIN)/python -m tests.drawn_carts --carts $(or $(CARTS),10000) --first $(or $(FIRST),1)

.PHONY: protocol
protocol: setup ## The model of the protocol within larger bounds than the tests have: minutes, 6 GB of memory at most
	@.ci/test-tools
	@$(BIN)/python -m tests.protocol

.PHONY: gateway-fuzz
gateway-fuzz: setup ## Ask a gateway whatever its OpenAPI document allows, and more: make gateway-fuzz EXAMPLES=5000
	@$(BIN)/python -m tests.fuzz --examples $(or $(EXAMPLES),5000)

.PHONY: stepca
stepca: setup ## The registration with step-ca in place of our own authority; needs that program
	@$(BIN)/python -m pytest -q tests/integration/with_step_ca.py

.PHONY: screenshots
screenshots: setup ## A picture of every page, into .tillstream/screenshots; README=1 takes the README's anew
	@.ci/test-tools
	@$(BIN)/python -m tests.screenshots $(if $(README),--readme)

.PHONY: bench
bench: setup ## Compare with Kafka Streams, Quix Streams, Faust and a bare loop; takes a quarter of an hour
	@$(BIN)/python -m benchmarks

.PHONY: bounds
bounds: setup ## Four hours of one busy partition: memory stays bounded, and it opens at once; ten minutes
	@$(BIN)/python -m benchmarks.bounds

.PHONY: feeds
feeds: setup ## One price change at 1,000 stores with feeds in a broker, and 10,000 in the fold; five minutes
	@$(BIN)/python -m benchmarks.feeds --stores $(or $(STORES),1000) --listing $(or $(LISTING),100) --folded $(or $(FOLDED),10000)

.PHONY: till-page
till-page: setup ## How soon a till's page answers, and what it takes; five minutes: make till-page SCANS=200 THROTTLE=6 JSON=1
	@.ci/test-tools
	@$(BIN)/python -m benchmarks.till_page --scans $(or $(SCANS),200) --throttle $(or $(THROTTLE),6) $(if $(JSON),--json)

.PHONY: check
check: lint ## Format, lint, import directions and types
	@$(BIN)/pyright

.PHONY: lint
lint: setup ## Format, lint and import directions; seconds
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --no-cache

.PHONY: format
format: setup ## Bring the code into form
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

.PHONY: lock
lock: setup ## Resolve all packages and jars anew and write both locks
	@test -x $(UV)/bin/uv || { $(BIN)/python -m venv $(UV) && $(UV)/bin/pip install --quiet uv; }
	@$(HIDDEN_INDEXES) $(UV)/bin/uv lock --quiet --no-config --upgrade
	@$(UV)/bin/uv export --quiet --no-header --format requirements-txt --no-emit-project --all-groups -o requirements.lock >/dev/null
	@! grep -n '://' requirements.lock
	@$(BIN)/python -m local.lock_jars
	@$(BIN)/python -m benchmarks.streams.lock
	@$(HIDDEN_INDEXES) $(UV)/bin/uv pip compile --quiet --no-config --universal --generate-hashes --no-header --upgrade --python-version 3.11 benchmarks/quix/requirements.in -o benchmarks/quix/requirements.lock
	@! grep -n '://' benchmarks/quix/requirements.lock

.PHONY: clean
clean: ## Remove .venv and the tools' caches; data of the stack stay
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache $(UV)
