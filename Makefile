# Everything a person or a build machine does with this tree. `make help` lists it.
SHELL := /bin/bash

# `make demo DEMO_SECONDS=30` stops by itself after 30 seconds.
DEMO_SECONDS ?=
# `make demo DEMO_FLAGS='--listen 127.0.0.1:9090'` passes more options to `millrace demo`.
DEMO_FLAGS ?=
# `make test ONLY=unit` runs one stage: unit, browser, or the name of a file in Tests/suites.
ONLY ?=
BINARY := .build/release/millrace

.DEFAULT_GOAL := help
.PHONY: help setup assets build demo test check bench fuzz docs format clean

help: ## list these commands
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the Debian and Python packages that are missing
	@dev/setup

assets: setup ## fetch the web assets (pinned, checked; kept in an ignored folder)
	@if [ -x dev/fetch-assets ]; then dev/fetch-assets; fi

build: assets ## build .build/release/millrace
	@dev/build

demo: build ## run the applications in Apps/ with generated data; DEMO_SECONDS=30 stops by itself
	@exec $(BINARY) demo $(if $(DEMO_SECONDS),--seconds $(DEMO_SECONDS)) $(DEMO_FLAGS)

test: assets ## run every test: unit, SQL, recovery, applications, browser; ONLY=name for one stage
	@dev/test $(ONLY)

check: ## format, import table, lengths, names, left-over text; the checker's own tests
	@dev/check

bench: build ## run the benchmarks and print one line of JSON for each
	@dev/bench

fuzz: setup ## run each fuzz target for FUZZ_SECONDS (60)
	@dev/fuzz

docs: assets ## write the DocC site to .build/docs
	@dev/docs

format: ## rewrite the Swift sources in the project's format
	@swift format --in-place --parallel --recursive $(wildcard Package.swift Sources Tests Fuzz Benchmarks)

clean: ## remove what was built; fetched assets and .venv stay
	@rm -rf .build
