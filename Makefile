# Each task is a line of tasks.py, which Windows users run directly: python tasks.py book
PYTHON ?= python3
.NOTPARALLEL:
.PHONY: help book serve test bench clean env
help:
	@$(PYTHON) tasks.py
book serve test bench clean env:
	@$(PYTHON) tasks.py $@
