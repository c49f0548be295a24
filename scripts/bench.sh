#!/usr/bin/env bash
# What the gateway costs, all in the same run (docs/benchmark.md has how to read it):
#   - the comparison with the bare server, pgbouncer and haproxy, one table and the same as JSON (bench/compare.py): pgbench, a million
#     rows with and without masks, connections, idle sessions;
#   - the journal alone, beside plain appends and fdatasyncs on the same disk;
#   - a decision of the policy alone, with 5 and 100 policies, made anew and remembered;
#   - pgbench's SELECT through the policy and through a decider that allows everything, in turns;
#   - pgbench's prepared SELECT, directly and through the gateway, in turns;
#   - how often the journal syncs for a statement: reads and writes, of one client and of many. strace counts from outside, as the
#     black-box test evidence::syncs does;
#   - held commands: from psql sending to an approver seeing it, from the approval to the statement running at the target;
#   - verifying a large log, at a tenth of its size and whole: records a second, and the most memory.
# Settings: SIGNET_BENCH_SECONDS (a run: 1 in the comparison, which has many, else 5), SIGNET_BENCH_ROUNDS (3), SIGNET_BENCH_CLIENTS ("1 8 32"),
# SIGNET_BENCH_ROWS (1000000), SIGNET_BENCH_SESSIONS (500), SIGNET_BENCH_HOLDS (200), SIGNET_BENCH_RECORDS (1000000 to be verified; 10000000
# take 8 GB of disk while it runs; 0 leaves that part out), SIGNET_BENCH_JSON (the file), SIGNET_BENCH_PARTS (some of "table rows connections
# idle journal policy pgbench syncs holds verification"; without pgbench, which the table holds, unless it is named).
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=servers.sh
. "$(dirname "$0")/servers.sh"
cd "$REPO"

seconds=${SIGNET_BENCH_SECONDS:-5} clients=${SIGNET_BENCH_CLIENTS:-1 8 32} rounds=${SIGNET_BENCH_ROUNDS:-3}
records=${SIGNET_BENCH_RECORDS:-1000000} holds=${SIGNET_BENCH_HOLDS:-200} rows=${SIGNET_BENCH_ROWS:-1000000}
parts=" ${SIGNET_BENCH_PARTS:-table rows connections idle journal policy syncs holds verification} "
failed=''
ulimit -n "$(ulimit -Hn)"

scripts/setup.sh bench
say "building signet (release)"
if [ -z "${SIGNET_BIN:-}" ]; then cargo build --quiet --locked --release -p signet; fi
cargo build --quiet --locked --release -p signet-verify
SIGNET=${SIGNET_BIN:-$CARGO_TARGET_DIR/release/signet} # another build of it, if named
make_work bench

say "starting PostgreSQL (pgbench scale 32)"
make_certificate
# No vacuum and no checkpoint of its own in the middle of a run.
start_postgres "shared_buffers = 640MB" "max_connections = 1000" "autovacuum = off" "checkpoint_timeout = 1h" "max_wal_size = 4GB" \
  "ssl = on" "ssl_cert_file = '$WORK/postgres/server.crt'" "ssl_key_file = '$WORK/postgres/server.key'"
straight -c 'CREATE DATABASE bench'
PGPASSWORD=$(cat "$WORK/password") "$PG_BIN/pgbench" -i -q -s 32 -h 127.0.0.1 -p "$POSTGRES_PORT" -U postgres bench >/dev/null 2>&1

# The built client of the comparison: cargo knows its name.
comparison_client() {
  cargo bench --quiet --locked --no-run -p signet --bench client --message-format=json |
    python3 -c 'import json, sys; print(*(made["executable"] for made in map(json.loads, sys.stdin) if made.get("target", {}).get("name") == "client"))'
}

# The parts of the comparison that are wanted, in one go: they are one table.
compare() {
  local part wanted=()
  for part in table rows connections idle; do
    case $parts in *" $part "*) wanted+=("$part") ;; esac
  done
  [ ${#wanted[@]} -gt 0 ] || return 0
  sed "s|@ROWS@|$rows|" scripts/bench/tables.sql >"$WORK/tables.sql"
  straight -d bench -f "$WORK/tables.sql" -c CHECKPOINT
  say "the comparison: ${wanted[*]}"
  CLIENT=$(comparison_client)
  WORK=$WORK SIGNET=$SIGNET CLIENT=$CLIENT PGBENCH=$PG_BIN/pgbench POSTGRES_PORT=$POSTGRES_PORT POSTGRES_PID=$POSTGRES_PID \
    SIGNET_BENCH_SECONDS=${SIGNET_BENCH_SECONDS:-1} SIGNET_BENCH_ROUNDS=$rounds SIGNET_BENCH_CLIENTS=$clients SIGNET_BENCH_ROWS=$rows \
    SIGNET_BENCH_SESSIONS=${SIGNET_BENCH_SESSIONS:-500} SIGNET_BENCH_JSON=${SIGNET_BENCH_JSON:-$CACHE/bench.json} \
    PYTHONDONTWRITEBYTECODE=1 python3 scripts/bench/compare.py "${wanted[@]}" || failed=comparison
}

# Ends the gateway of a part, with its evidence: the next part begins anew.
end_gateway() {
  stop_one TERM "$GATEWAY_PID"
  GATEWAY_PID=''
  rm -r "$WORK/gateway"
}

# run_pgbench PORT USER PASSWORD CLIENTS: prints "tps latency-in-ms".
run_pgbench() {
  PGPASSWORD=$3 PGSSLMODE=disable "$PG_BIN/pgbench" -n -S -M prepared -c "$4" -j 2 -T "$seconds" \
    -h 127.0.0.1 -p "$1" -U "$2" bench >"$WORK/pgbench.out" 2>&1 || { cat "$WORK/pgbench.out" >&2; die "pgbench failed"; }
  awk '/^latency average/ { latency = $4 } /^tps/ { tps = $3 } END { print tps, latency }' "$WORK/pgbench.out"
}

# syncs_for WHAT SQL: fdatasyncs of the journal for a statement, by number of clients. It comes as psql sends it, for no named
# statement counts as a proven read. A gateway of its own, under strace, runs now; its own records, a few in ten seconds, hardly count.
syncs_for() {
  local count before after transactions
  printf '%s\n' '\set id random(1, 1000000)' "$2" >"$WORK/statement.sql"
  printf '%-16s' "$1"
  for count in $clients; do
    before=$(journal_syncs)
    PGPASSWORD=$token PGSSLMODE=disable "$PG_BIN/pgbench" -n -M simple -f "$WORK/statement.sql" -c "$count" -j 2 -T "$seconds" \
      -h 127.0.0.1 -p "$GATEWAY_PORT" -U ada bench >"$WORK/pgbench.out" 2>&1 || { cat "$WORK/pgbench.out" >&2; die "pgbench failed"; }
    after=$(journal_syncs)
    transactions=$(sed -n 's/^number of transactions actually processed: //p' "$WORK/pgbench.out")
    awk -v s="$((after - before))" -v t="$transactions" 'BEGIN { printf "  %6.2f (%d for %d)", s / t, s, t }'
  done
  echo
}

journal_syncs() { grep -c 'fdatasync(.*\.journal>' "$WORK/syncs" || true; }

# What one durable write costs on the disk that journals are on: no gateway that records first can be faster.
disk_latency() {
  python3 - "$WORK/probe" <<'PYTHON'
import os, statistics, sys, time
file, times = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY | os.O_APPEND), []
for _ in range(300):
    os.write(file, b"x" * 512)
    start = time.perf_counter()
    os.fdatasync(file)
    times.append((time.perf_counter() - start) * 1e6)
os.unlink(sys.argv[1])
times.sort()
print(f"fdatasync of 512 bytes: median {statistics.median(times):.0f} us, 99th of a hundred {times[296]:.0f} us")
PYTHON
}

part_journal() {
  say "disk under the journal"
  disk_latency
  say "the journal alone, and what a durable write costs beside it"
  SIGNET_BENCH_FOLDER=$WORK SIGNET_BENCH_SECONDS=$seconds cargo bench --quiet --locked -p signet-evidence --bench journal
}

part_policy() {
  say "a decision of the policy alone, made anew and remembered"
  SIGNET_BENCH_SECONDS=$seconds cargo bench --quiet --locked -p signet-policy --bench decide
  say "pgbench -S with 8 clients through the policy engine and through a decider that allows everything, in turns"
  mkdir "$WORK/deciders"
  SIGNET_BENCH_FOLDER=$WORK/deciders SIGNET_BENCH_POSTGRES=127.0.0.1:$POSTGRES_PORT SIGNET_BENCH_PASSWORD=$WORK/password \
    SIGNET_BENCH_PGBENCH=$PG_BIN/pgbench cargo bench --quiet --locked -p signet --bench deciders
  rm -r "$WORK/deciders"
}

part_pgbench() {
  local count token direct_tps direct_ms signet_tps signet_ms
  start_gateway demo/bench.toml
  token=$(signet token create ada --ttl 8h)
  say "pgbench -S -M prepared, $seconds s a run, best of $rounds rounds, on $(nproc) cores; ratio: direct tps by signet tps"
  printf '%8s  %14s %10s  %14s %10s  %7s\n' clients 'direct tps' 'ms' 'signet tps' 'ms' 'ratio'
  for count in $clients; do
    : >"$WORK/direct"; : >"$WORK/signet"
    for _ in $(seq "$rounds"); do # in turns, so that a busy moment of the machine hits both
      run_pgbench "$POSTGRES_PORT" postgres "$(cat "$WORK/password")" "$count" >>"$WORK/direct"
      run_pgbench "$GATEWAY_PORT" ada "$token" "$count" >>"$WORK/signet"
    done
    read -r direct_tps direct_ms < <(sort -rn "$WORK/direct")
    read -r signet_tps signet_ms < <(sort -rn "$WORK/signet")
    awk -v n="$count" -v d="$direct_tps" -v dm="$direct_ms" -v s="$signet_tps" -v sm="$signet_ms" \
      'BEGIN { printf "%8d  %14.0f %10.3f  %14.0f %10.3f  %6.2fx\n", n, d, dm, s, sm, d / s }'
  done
  say "records written: $(signet log --json | wc -l), journal: $(du -sh "$WORK/gateway" | cut -f1), gateway memory: $(awk '/VmRSS/ { print int($2 / 1024) " MiB" }' "/proc/$GATEWAY_PID/status")"
  end_gateway
}

part_syncs() {
  local token
  GATEWAY_UNDER=(strace -D -f -q -y --seccomp-bpf -e trace=fdatasync -o "$WORK/syncs")
  start_gateway demo/bench.toml
  token=$(signet token create ada --ttl 8h)
  say "fdatasyncs of the journal for a statement, with $clients clients"
  syncs_for 'proven read' 'SELECT 1;'
  syncs_for 'read of a table' 'SELECT abalance FROM pgbench_accounts WHERE aid = :id;'
  syncs_for write 'UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :id;'
  end_gateway
  GATEWAY_UNDER=()
}

# Nobody may approve more than 30 a minute, so there are many approvers.
part_holds() {
  local approvers=$((2 * (holds / 20 + 1))) number
  cp demo/holds.toml "$WORK/holds.toml"
  for number in $(seq "$approvers"); do
    printf '\n[[person]]\nname = "approver-%d"\ngroups = ["leads"]\nroles = ["approver"]\n' "$number" >>"$WORK/holds.toml"
  done
  mkdir "$WORK/policies" && cp demo/holds.cedar "$WORK/policies/"
  straight -d bench -c 'CREATE TABLE held (way text, number int)'
  start_gateway "$WORK/holds.toml"
  say "held commands, one after the other, by the clock of this machine"
  python3 demo/holds.py "$SIGNET" "$WORK" "$GATEWAY_PORT" "$API_PORT" "$holds" "$approvers"
  end_gateway
}

part_verification() {
  [ "$records" -gt 0 ] || return 0
  say "verifying a log"
  SIGNET_BENCH_FOLDER=$WORK SIGNET_BENCH_RECORDS=$records SIGNET_BENCH_VERIFIER=$CARGO_TARGET_DIR/release/signet-verify \
    cargo bench --quiet --locked -p signet-evidence --bench verification
}

compare
for part in journal policy pgbench syncs holds verification; do
  case $parts in *" $part "*) "part_$part" ;; esac
done
stop_all
[ -z "$failed" ] || die "the $failed is not whole: see above"
say "bench complete"
