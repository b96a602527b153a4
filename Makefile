# Each command makes the environment that it needs, with the project's own pins, and then does its work.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# TORCH=cpu takes the CPU build from the index that https://pytorch.org/get-started/locally/ names. It is a step
# of its own: where an extra index does not answer, pip goes on and takes CUDA. The file `cpu` in the environment
# remembers it, since the next pins would bring CUDA too.
CPU_WHEELS := https://download.pytorch.org/whl/cpu
TORCH ?= $(if $(wildcard $(VENV)/cpu),cpu)
$(if $(filter-out cpu,$(TORCH)),$(error TORCH=$(TORCH) is unknown. Say TORCH=cpu for the CPU build, or leave it out))
# In containers one often is root, and Jupyter then wants to be told.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
export PATH := $(abspath $(BIN)):$(PATH)

.PHONY: help lab demo test audit build bench clean

help:
	@echo "make lab     open the course in JupyterLab; the first time with TORCH=cpu where there is no GPU"
	@echo "make demo    grade a class of ours with nbgrader and see who got what and why"
	@echo "make build   make the notebooks and the visible sheets from solutions/*.py"
	@echo "make audit   try every claim about every exercise"
	@echo "make bench   what grading a class costs: stock nbgrader, otter-grader, ours"
	@echo "make test    formatting, types, generated files, tests, audit"

lab: $(VENV)/lab
	jupyter lab $(AS_ROOT) "notebooks/00_start_here/00_start_here.ipynb"

demo: $(VENV)/lab
	python -m autograder demo

build: $(VENV)/author
	python -m autograder build

audit: $(VENV)/author
	python -m autograder audit

test: $(VENV)/author
	python tests/everything.py

bench: $(VENV)/author
	python -m bench

clean:
	rm -rf $(VENV) .bench-venv demo

# The stamps stand for what is installed: pins and ranges changed, install again.
$(VENV)/python: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "This course needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making the environment in $(VENV); the first time this takes a few minutes."
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/lab: $(VENV)/python pyproject.toml
ifeq ($(TORCH),cpu)
	$(PIP) --no-deps --index-url $(CPU_WHEELS) torch
	@touch $(VENV)/cpu
endif
	$(PIP) --editable ".[lab,grade]"
	@touch $@

$(VENV)/author: $(VENV)/lab
	$(PIP) --editable ".[lab,grade,author]"
	@touch $@
