#!/usr/bin/env bash
# PostgreSQL's own regression and isolation suites, against any address that speaks its protocol.
#
#   scripts/pgsuite.sh build                         make the matched set (server, psql, tests of one minor), once
#   scripts/pgsuite.sh start DIR [--auth trust|scram] [--set NAME=VALUE]...
#                                                    start that server in DIR; address and password are in DIR/env
#   scripts/pgsuite.sh stop DIR
#   scripts/pgsuite.sh regress|isolation|all [--sample | --schedule NAME] [--host H --port P --user U --password W] [--output DIR]
#                                                    without --port: against a server of its own, directly
#
# The user must arrive as a superuser called `postgres`, and both suites read and write files next to the server, so the
# server must be one that `start` made. Everything must be of one minor release: 15.18's tests fail against 15.20.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=pgsuite-build.sh
. "$(dirname "$0")/pgsuite-build.sh"

suite_env() { # the set's own programs and libpq before those of the system
  SET=$(server_programs pgsuite)
  BIN=$SET/usr/lib/postgresql/$PG_MAJOR/bin
  LD_LIBRARY_PATH=$SET/usr/lib/$(uname -m)-linux-gnu
  export LD_LIBRARY_PATH
}

start() {
  local dir=$1 auth=trust settings=() port password
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --auth) auth=$2; shift 2 ;;
      --set) settings+=("$2"); shift 2 ;;
      *) die "start: unknown option $1" ;;
    esac
  done
  if [ "$auth" = scram ]; then auth=scram-sha-256; fi
  suite_env
  mkdir -p "$dir"; chmod a+x "$dir"; dir=$(cd "$dir" && pwd)
  server_owned "$dir/server"
  port=$(free_port)
  password=$(openssl rand -hex 16)
  printf '%s\n' "$password" >"$dir/server/password"
  chmod a+r "$dir/server/password"
  # No locale and nothing preloaded: the expected files were written so.
  as_server "$BIN/initdb" -D "$dir/server/data" -U postgres -A "$auth" --pwfile="$dir/server/password" \
    --no-locale -E UTF8 -N >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; die "initdb failed"; }
  printf '%s\n' "listen_addresses = '127.0.0.1'" "port = $port" "unix_socket_directories = ''" "fsync = off" \
    "max_connections = 200" "max_prepared_transactions = 10" ${settings[@]+"${settings[@]}"} |
    as_server tee -a "$dir/server/data/postgresql.conf" >/dev/null
  as_server "$BIN/pg_ctl" -w -s -D "$dir/server/data" -l "$dir/server/log" start </dev/null >/dev/null ||
    { cat "$dir/server/log" >&2; die "the server did not start"; }
  printf 'PGHOST=127.0.0.1\nPGPORT=%s\nPGUSER=postgres\nPGPASSWORD=%s\n' "$port" "$password" >"$dir/env"
}

stop() {
  suite_env
  as_server "$BIN/pg_ctl" -s -w -m immediate -D "$1/server/data" stop
}

# run_suite regress|isolation WORKDIR: the files are copied, because server and clients write beside them.
run_suite() {
  local suite=$1 work=$2/$1 program schedule
  server_owned "$2"; server_owned "$work"
  cp -a "$SET/src/$suite/." "$work/"
  if [ "$(id -u)" = 0 ]; then chown -R postgres:postgres "$work"; fi
  case $suite in
    regress) program=pg_regress schedule=parallel_schedule ;;
    isolation) program=pg_isolation_regress schedule=isolation_schedule ;;
  esac
  if [ -n "$sample" ]; then schedule=$REPO/scripts/pgsuite-${sample/#yes/$suite}.sample; fi
  cp "$schedule" "$work/schedule" 2>/dev/null || cp "$work/$schedule" "$work/schedule"
  local started=$SECONDS status=0
  (cd "$work" && as_server env -u PGDATABASE PGPASSWORD="$password" HOME="$work" \
    "$SET/usr/lib/postgresql/$PG_MAJOR/lib/pgxs/src/test/$suite/$program" \
    --inputdir=. --outputdir=. --bindir="$BIN" --dlpath="$work" --host="$host" --port="$port" --user="$user" \
    --schedule=schedule --max-connections=8) || status=$?
  say "$suite: $([ $status = 0 ] && echo passed || echo FAILED) in $((SECONDS - started)) s"
  if [ $status != 0 ] && [ -e "$work/regression.diffs" ]; then
    head -n "${SIGNET_DIFF_LINES:-200}" "$work/regression.diffs"
    say "all differences: $work/regression.diffs"
  fi
  return $status
}

run() {
  local suites=$1 sample='' host=127.0.0.1 port='' user=postgres password='' output='' own='' made='' suite status=0
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --sample) sample=yes; shift ;;
      --schedule) sample=$2; shift 2 ;;
      --host) host=$2; shift 2 ;;
      --port) port=$2; shift 2 ;;
      --user) user=$2; shift 2 ;;
      --password) password=$2; shift 2 ;;
      --output) output=$2; shift 2 ;;
      *) die "unknown option $1" ;;
    esac
  done
  suite_env
  if [ -z "$output" ]; then
    output=$(mktemp -d "${TMPDIR:-/tmp}/signet-pgsuite.XXXXXX") made=yes
    chmod a+rx "$output"
  fi
  if [ -z "$port" ]; then
    own=$output/direct
    start "$own"
    # shellcheck disable=SC2064
    trap "'$0' stop '$own'" EXIT
    port=$(sed -n 's/^PGPORT=//p' "$own/env") password=$(sed -n 's/^PGPASSWORD=//p' "$own/env")
  fi
  if [ "$suites" = all ]; then suites='regress isolation'; fi
  for suite in $suites; do run_suite "$suite" "$output/work" || status=1; done
  if [ -n "$own" ]; then stop "$own"; trap - EXIT; fi
  # What passed needs no looking at; what failed stays.
  if [ -n "$made" ] && [ $status = 0 ]; then rm -rf "$output"; fi
  return $status
}

case ${1:-} in
  build) build ;;
  start) shift; start "$@" ;;
  stop) stop "$2" ;;
  regress | isolation | all) run "$@" ;;
  *) sed -n '2,/^set/p' "$0" | sed -n 's/^# \{0,1\}//p'; exit 2 ;;
esac
