#!/usr/bin/env bash
# Everything that must hold before a commit. Its last lines are those of cargo test.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
cd "$REPO"

scripts/setup.sh test
scripts/check.sh
say "cargo test --workspace"
exec cargo test --workspace --locked
