# The words of this house: setup run test check portal bench docs (and lock, torture, screenshots, portal-check).
# Everything is made inside this folder; nothing has to be installed by hand but Python 3.11+, make and git.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

NODE_OK := node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
PORTAL := src/outbid/web/index.html
PORTAL_SOURCES := $(wildcard web/*.json web/*.ts web/index.html) $(shell find web/src web/public web/scripts -type f)

.PHONY: setup run test check bench docs lock torture clean portal portal-if-node portal-check screenshots browser

setup: $(READY)

$(READY): requirements/dev.lock requirements/uv.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements/dev.lock requirements/uv.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(READY)

run: setup portal-if-node
	@$(BIN)/outbid demo

# Tests of one file share what it sets up, such as a house and its walks: they stay on one worker.
test: setup portal-if-node browser
	$(BIN)/pytest -n auto --dist loadfile

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if $(NODE_OK) 2>/dev/null; then $(MAKE) -s web/check; \
	else echo "The portal's sources are not checked: Node 20.19 or newer is not here."; fi

portal: $(PORTAL)

# Whoever has no Node sells leads without the portal; the command says so and goes on.
portal-if-node:
	@if $(NODE_OK) 2>/dev/null; then $(MAKE) -s portal; \
	else echo "The portal is not built: Node 20.19 or newer is not here. The API works without it."; fi

$(PORTAL): $(PORTAL_SOURCES) web/node_modules/.ready
	@cd web && npm run --silent build
	@touch $@

web/node_modules/.ready: web/package-lock.json
	@cd web && npm ci --silent
	@touch $@

.PHONY: web/check
web/check: web/node_modules/.ready
	@$(BIN)/python -m outbid.api.portal.describe > web/openapi.json
	@cd web && npm run --silent types >/dev/null && npm run --silent check && npm run --silent test

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1; } || \
	  echo "The portal's walks are left out: Chromium is not here (Debian's package is called chromium)."

portal-check: setup portal browser
	$(BIN)/pytest tests/portal --whole-matrix

screenshots: setup portal browser
	$(BIN)/python -m tests.portal.screenshots

bench: setup
	$(BIN)/python bench/run.py
	$(BIN)/python bench/changes.py
	$(BIN)/python bench/hold.py
	$(BIN)/python bench/rules.py
	$(BIN)/python bench/foresee.py
	$(BIN)/python bench/dialects.py
	$(BIN)/python bench/reports.py
	$(BIN)/python bench/reports.py

docs: setup
	$(BIN)/python docs/build.py

torture: setup
	$(BIN)/python -m tests.simulation.torture

lock: setup
	@for f in run dev uv; do $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  requirements/$$f.in -o requirements/$$f.lock; done

clean:
	rm -rf .venv web/node_modules src/outbid/web build dist .mypy_cache .ruff_cache .pytest_cache
