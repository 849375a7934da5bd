# The words of this house: setup run test check bench docs (and lock, torture).
# Everything is made inside this folder; nothing has to be installed by hand but Python 3.11+, make and git.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup run test check bench docs lock torture clean

setup: $(READY)

$(READY): requirements/dev.lock requirements/uv.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements/dev.lock requirements/uv.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(READY)

run: setup
	@$(BIN)/outbid demo

test: setup
	$(BIN)/pytest -n auto

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python bench/run.py
	$(BIN)/python bench/changes.py
	$(BIN)/python bench/hold.py
	$(BIN)/python bench/rules.py
	$(BIN)/python bench/foresee.py
	$(BIN)/python bench/dialects.py
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
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache
