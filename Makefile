# Two commands set everything up: `make learn` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# Some tools call others by name.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Extras that `make test` installs; `make test EXTRAS=test,peers` compares with PyTorch too.
EXTRAS ?= test
SOURCES = pyproject.toml setup.py $(wildcard coursekit/kernels/*.p* coursekit/kernels/*.h)

.PHONY: learn test build bench clean

learn: $(BIN)/.learn
	$(BIN)/coursekit learn workspace

test: $(BIN)/.$(EXTRAS)
	$(BIN)/ruff check coursekit lessons solutions tests setup.py
	$(BIN)/cython-lint coursekit/kernels
	$(BIN)/coursekit build --check
	$(BIN)/python -m pytest --nbval lessons solutions
	$(BIN)/python -m pytest --doctest-modules --doctest-glob=README.md

build: $(BIN)/.$(EXTRAS)
	$(BIN)/coursekit build

bench: $(BIN)/.peers
	$(BIN)/coursekit bench

clean:
	rm -rf $(VENV) build *.egg-info coursekit/kernels/*.so

# A stamp for each set of extras: installed again only when the sources of the kernels change.
$(BIN)/.%: $(SOURCES)
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[$*]'
	touch $@
