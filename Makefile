# Two commands set everything up: `make learn` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# Some tools call others by name.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Extras that `make test` installs; `make test EXTRAS=test,peers` compares with PyTorch too.
EXTRAS ?= test
SOURCES = pyproject.toml setup.py $(wildcard coursekit/kernels/*.p* coursekit/kernels/*.h)

.PHONY: learn test bench soak build clean

learn: $(BIN)/.learn
	$(BIN)/coursekit learn workspace

test: $(BIN)/.$(EXTRAS)
	$(BIN)/ruff check benchmarks coursekit docs lessons solutions tests setup.py
	$(BIN)/cython-lint coursekit/kernels
	$(BIN)/coursekit build --check
	$(BIN)/coursekit verify
	$(BIN)/python -m pytest --nbval lessons solutions
	$(BIN)/python -m pytest --doctest-modules --doctest-glob=README.md

# Comparisons with PyTorch, on a machine that does nothing else meanwhile.
bench: $(BIN)/.peers
	$(BIN)/coursekit bench
	$(BIN)/python benchmarks/training_step.py

# What takes too long for `make test`: every training experiment anew, over three seeds.
soak: $(BIN)/.test
	$(BIN)/python benchmarks/experiments.py --again

build: $(BIN)/.$(EXTRAS)
	$(BIN)/coursekit build

clean:
	rm -rf $(VENV) build *.egg-info coursekit/kernels/*.so

# A stamp for each set of extras: installed again only when the sources of the kernels change.
$(BIN)/.%: $(SOURCES)
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[$*]'
	touch $@
