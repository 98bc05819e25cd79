# Habeas. `make` lists the targets.
SHELL := /bin/bash
BUILD := swift build --explicit-target-dependency-import-check error

.DEFAULT_GOAL := help
.PHONY: help deps test-deps build run demo-backups test check lint gate bench soak stop clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

deps: ## Install what building and running needs (apt, as root or through sudo)
	@scripts/deps.sh run

test-deps: ## Install what the tests need on top (apt, PyPI)
	@scripts/deps.sh test

build: deps ## Build the program (debug)
	$(BUILD) --product habeas

run: build ## A private PostgreSQL with the workspace, one export, verified, and a service that stays
	@.build/debug/habeas demo

demo-backups: build ## The story of backups: an erasure until its last copy is gone, and a restore that brings nobody back
	@.build/debug/habeas demo --backups

lint: ## Check formatting
	swift format lint --strict --parallel --recursive Sources Tests Package.swift

gate: deps ## Build everything: imports only downwards, warnings are errors
	$(BUILD) --build-tests

check: lint gate ## Lint and gate

test: test-deps check ## Check, then every test that fits CI
	@scripts/test.sh

soak: test-deps ## The long tests: huge archives, everybody's archive, random schemas, real applications, faults, sanitizers
	@scripts/soak.sh

bench: test-deps ## Speed and memory beside what one would use instead (release build)
	@Benchmarks/run.sh

stop: ## Stop the service and the private PostgreSQL of this checkout
	@.build/debug/habeas demo --stop

clean: ## Stop the private PostgreSQL and remove what was built and loaded
	@if [ -x .build/debug/habeas ] && [ -d .habeas ]; then .build/debug/habeas demo --remove || true; fi
	rm -rf .build .habeas
