# make demo: the simulated laboratory on http://127.0.0.1:8080   ·   make test: every check
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do $$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

.PHONY: demo test lint types contracts unit bench clean
demo: .venv/ready
	@$(BIN)/hengliang demo

test: .venv/ready-test
	sh tests/system-packages.sh
	$(MAKE) lint types contracts unit

lint: .venv/ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
types: .venv/ready-test
	$(BIN)/mypy
contracts: .venv/ready-test
	$(BIN)/lint-imports
unit: .venv/ready-test
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not system and not browser"
	$(BIN)/python -m pytest -m "system or browser"

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later with venv is needed (Debian: apt install python3-venv)"; exit 1; }
	@$(PYTHON) -m venv .venv
.venv/ready: pyproject.toml constraints.txt | .venv/bin/python
	@echo "installing into .venv, about a minute … 正在安装到 .venv,约一分钟 …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@
.venv/ready-test: pyproject.toml constraints.txt | .venv/bin/python
	@echo "installing into .venv, about two minutes … 正在安装到 .venv,约两分钟 …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch .venv/ready $@

clean:
	rm -rf .venv build *.egg-info demo-data
