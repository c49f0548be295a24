#!/usr/bin/env bash
# Print where set-up put something: python | aics | psql16 | node | postgres15 | postgres18 | pgsuite
# For servers the path is one that the server's unprivileged user can reach.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

case ${1:-} in
  python) path=$CACHE/python/bin/python ;;
  aics) path=$CACHE/aics/bin/python ;;
  psql16) path=$CACHE/python/bin/psql16 ;;
  node) path=$CACHE/node/node_modules ;;
  postgres15) path=$PG_BIN ;;
  postgres18) path=$(server_programs postgres18)/bin ;;
  pgsuite) path=$(server_programs pgsuite) ;;
  *) die "usage: scripts/where.sh python|aics|psql16|node|postgres15|postgres18|pgsuite" ;;
esac
[ -e "$path" ] || die "$1 is not at $path: run scripts/setup.sh test"
echo "$path"
