# A PostgreSQL and a gateway in front of it, for the demo and the benchmark.
# shellcheck shell=bash
# Sourced after lib.sh. Everything lives in $WORK, which goes at the end, with the processes.

WORK=''
POSTGRES_PID=''
GATEWAY_PID=''
GATEWAY_UNDER=() # a program that starts the gateway, such as strace

make_work() {
  WORK=$(mktemp -d "${TMPDIR:-/tmp}/signet-$1.XXXXXX")
  chmod a+rx "$WORK"
  trap stop_all EXIT
  trap 'exit 130' INT TERM
}

stop_one() { # NAME-OF-SIGNAL PID
  [ -n "$2" ] || return 0
  kill "-$1" "$2" 2>/dev/null || true
  wait "$2" 2>/dev/null || true
}

stop_all() {
  stop_one TERM "$GATEWAY_PID"
  stop_one INT "$POSTGRES_PID"
  GATEWAY_PID='' POSTGRES_PID=''
  if [ -n "$WORK" ]; then rm -rf "$WORK"; fi
}

# make_certificate: one for localhost in $WORK/tls, which is its own authority, and a copy that the server may read.
make_certificate() {
  mkdir "$WORK/tls"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
    -keyout "$WORK/tls/server.key" -out "$WORK/tls/server.crt" 2>/dev/null
  server_owned "$WORK/postgres"
  local name
  for name in server.crt server.key; do
    as_server sh -c 'umask 077; cat >"$1"' sh "$WORK/postgres/$name" <"$WORK/tls/$name"
  done
}

# start_postgres [LINE OF postgresql.conf]...: sets POSTGRES_PORT; superuser postgres, password in $WORK/password.
start_postgres() {
  POSTGRES_PORT=$(free_port)
  server_owned "$WORK/postgres"
  (umask 077; openssl rand -hex 16 >"$WORK/password")
  as_server sh -c 'umask 077; cat >"$1"' sh "$WORK/postgres/password" <"$WORK/password"
  as_server "$PG_BIN/initdb" -D "$WORK/postgres/data" -U postgres -A scram-sha-256 \
    --pwfile="$WORK/postgres/password" -E UTF8 --locale=C.UTF-8 -N >"$WORK/initdb.log" 2>&1 ||
    { cat "$WORK/initdb.log" >&2; die "initdb failed"; }
  printf '%s\n' "listen_addresses = '127.0.0.1'" "port = $POSTGRES_PORT" "unix_socket_directories = ''" "$@" |
    as_server tee -a "$WORK/postgres/data/postgresql.conf" >/dev/null
  # Not through the function: then $! would be a shell, and the server would outlive it.
  ${AS_SERVER[@]+"${AS_SERVER[@]}"} "$PG_BIN/postgres" -D "$WORK/postgres/data" </dev/null >"$WORK/postgres.log" 2>&1 &
  POSTGRES_PID=$!
  wait_for 60 "PostgreSQL (its log: $(tail -n 3 "$WORK/postgres.log"))" \
    "$PG_BIN/pg_isready" -q -h 127.0.0.1 -p "$POSTGRES_PORT"
}

# straight ARGUMENTS...: psql around the gateway, as the operators of the database would.
straight() {
  PGPASSWORD=$(cat "$WORK/password") psql -X -q -h 127.0.0.1 -p "$POSTGRES_PORT" -U postgres "$@"
}

# start_gateway TEMPLATE: fills the template's @NAMES@ in, starts $SIGNET, sets GATEWAY_PORT, OPERATIONS_PORT, API_PORT.
start_gateway() {
  GATEWAY_PORT=$(free_port) OPERATIONS_PORT=$(free_port) API_PORT=$(free_port)
  sed -e "s|@WORK@|$WORK|g; s|@POSTGRES_PORT@|$POSTGRES_PORT|g" \
    -e "s|@GATEWAY_PORT@|$GATEWAY_PORT|g; s|@OPERATIONS_PORT@|$OPERATIONS_PORT|g; s|@API_PORT@|$API_PORT|g" "$1" >"$WORK/signet.toml"
  mkdir -p "$WORK/gateway"
  signet config check >/dev/null
  ${GATEWAY_UNDER[@]+"${GATEWAY_UNDER[@]}"} "$SIGNET" --config "$WORK/signet.toml" server </dev/null >"$WORK/gateway.log" 2>&1 &
  GATEWAY_PID=$!
  wait_for_gateway
}

wait_for_gateway() {
  local deadline=$((SECONDS + 60))
  until healthy; do
    if ! kill -0 "$GATEWAY_PID" 2>/dev/null || [ "$SECONDS" -ge "$deadline" ]; then
      cat "$WORK/gateway.log" >&2
      die "the gateway did not become healthy"
    fi
    sleep 0.1
  done
}

healthy() {
  python3 - "$OPERATIONS_PORT" <<'PYTHON' 2>/dev/null
import sys, urllib.request
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{sys.argv[1]}/health", timeout=2)
PYTHON
}

signet() { "$SIGNET" --config "$WORK/signet.toml" "$@"; }
