#!/usr/bin/env bash
# Set-up, build, and `signet demo`: at a terminal it stays up, with what to try, until Ctrl-C. TOUR=1, or without a
# terminal, it is the tour, which needs nobody and fails when anything is not as it tells.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$REPO"

scripts/setup.sh demo
if [ -z "${SIGNET_BIN:-}" ]; then
  say "building signet"
  cargo build --quiet --locked -p signet
fi
words=(demo)
if [ -n "${TOUR:-}" ] || ! [ -t 1 ]; then words+=(--tour); fi
exec "${SIGNET_BIN:-$CARGO_TARGET_DIR/debug/signet}" "${words[@]}" # another build of it, if named
