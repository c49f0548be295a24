#!/usr/bin/env bash
# Everything that must hold before a commit. Its last lines are those of cargo test.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$REPO"

# Ten thousand connections need as many files, here and in the gateway, which inherits the limit.
ulimit -n 20000 2>/dev/null || ulimit -n "$(ulimit -Hn)"
scripts/setup.sh test
scripts/check.sh
say "cargo test --workspace"
exec cargo test --workspace --locked
