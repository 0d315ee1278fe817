# One command runs, one tests; both set up what they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: run test lint setup docs package clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml packaging/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh packaging/setup.sh
	@touch $@

# With a display the window opens; without one the tour of every page is drawn offscreen into ./tour.
run: setup
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" != Linux ]; then \
	  exec $(BIN)/athanor; \
	else \
	  echo "No display here: drawing the tour of every page into ./tour instead."; \
	  exec env QT_QPA_PLATFORM=offscreen $(BIN)/athanor tour ./tour; \
	fi

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	@sh tests/both.sh $(BIN)/python

# The documentation site, into build/site, with pictures of every page made now.
docs: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[docs]"
	QT_QPA_PLATFORM=offscreen $(BIN)/athanor tour build/tour
	$(BIN)/python packaging/site.py build/tour

# What a person without Python installs, into dist/ (minutes, about 3 GB of disk while it builds).
package:
	PYTHON="$(PYTHON)" sh packaging/package.sh

clean:
	rm -rf $(VENV) build dist tour .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
