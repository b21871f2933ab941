.DEFAULT_GOAL := help
SWIFT_FLAGS := --explicit-target-dependency-import-check error

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install the pre-commit hook
	git config core.hooksPath .githooks

build: ## debug build
	swift build $(SWIFT_FLAGS)

release: ## optimised build of the command
	swift build -c release --product farfield $(SWIFT_FLAGS)

test: ## the whole suite, on real parts that it starts itself
	./scripts/test

check: lint ## lint, build, and the tests that need no cluster
	swift build --build-tests $(SWIFT_FLAGS)
	swift test --skip-build --filter 'HouseRulesTests|DocumentsTests|AttestationTests|GatewayHTTPTests'

lint: ## format and shell findings
	swift format lint --strict --parallel -r Package.swift Sources Tests
	@if command -v shellcheck >/dev/null; then shellcheck -x scripts/cluster scripts/demo scripts/test; fi

format: ## format every Swift file in place
	swift format -i --parallel -r Package.swift Sources Tests

docs: ## symbol graphs and documentation of the package, warnings as errors
	./scripts/docs

bench: ## ratios against doing it by hand; needs what the demo leaves running
	./scripts/bench status
	./scripts/bench submit
	./scripts/bench accept

cluster-up: ## the local Slurm cluster
	./scripts/cluster up

cluster-down: ## stop it
	./scripts/cluster down

demo: ## everything at work
	./scripts/demo

.PHONY: help setup build release test check lint format docs bench cluster-up cluster-down demo
