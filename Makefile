# Thin over scripts/: each target says what it does in its script. Everything that is made stays in the cache folder.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/signet/target

.PHONY: help demo test soak bench check fmt

help: ## this list
	@sed -n 's/^\([a-z]*\): ##/  make \1 \t/p' Makefile | expand -t 16

demo: ## a throw-away PostgreSQL behind the gateway, with what to try; TOUR=1 shows it all, unattended
	@scripts/demo.sh

test: ## set up, formatting, lints, every test against real servers and clients
	@scripts/test.sh

soak: ## the long proofs: whole PostgreSQL suites, 1,000 kills, the same tests otherwise
	@scripts/soak.sh

bench: ## release build: direct, Signet, pgbouncer and haproxy in one table; journal, policy, syncs, holds, verifier
	@scripts/bench.sh

check: ## formatting and lints alone
	@scripts/check.sh

fmt: ## format the code
	@cargo fmt --all
