#!/usr/bin/env bash
# The main job, on real input: a PostgreSQL with sample data, the gateway in front of it, a person with a token who
# runs psql through it, a second one who approves her changes, and the records of what was done. Needs no terminal; leaves nothing behind.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=servers.sh
. "$(dirname "$0")/servers.sh"
cd "$REPO"

scripts/setup.sh demo
say "building signet"
if [ -z "${SIGNET_BIN:-}" ]; then cargo build --quiet --locked -p signet; fi
SIGNET=${SIGNET_BIN:-$CARGO_TARGET_DIR/debug/signet} # another build of it, if named
make_work demo

say "starting PostgreSQL with sample data"
start_postgres "log_statement = 'all'" "log_line_prefix = '%n '"
(umask 077; openssl rand -hex 16 >"$WORK/shop_app.password")
straight -v ON_ERROR_STOP=1 -v password_file="$WORK/shop_app.password" -f demo/sample.sql >/dev/null

say "starting the gateway in front of it, with two policies: $(grep -o '@id([^)]*)' demo/shop.cedar | paste -sd ' ')"
mkdir "$WORK/policies" && cp demo/shop.cedar "$WORK/policies/"
start_gateway demo/signet.toml
token=$(signet token create ada --ttl 8h)
printf '    PostgreSQL is on port %s; its password stays with the gateway, which is on port %s.\n' "$POSTGRES_PORT" "$GATEWAY_PORT"
printf '    ada got a token that lasts eight hours: %s... (%s characters)\n' "${token:0:8}" "${#token}"

# ada ARGUMENTS...: what ada types. Only address, name and password differ from everyday psql.
ada() { PGPASSWORD=$token PGSSLMODE=require psql -X -P pager=off "host=127.0.0.1 port=$GATEWAY_PORT user=ada dbname=shop" "$@"; }
paint() { sed -u -e "s/^-- .*/$CYAN&$RESET/" -e "s/^ERROR: .*/$YELLOW&$RESET/" -e 's/^/    /'; }

say "grace signs in at her own terminal, and waits for what she has to decide"
grace() { "$SIGNET" --credentials "$WORK/grace.toml" "$@"; }
SIGNET_TOKEN=$(signet token create grace --ttl 8h 2>/dev/null) grace login --server "https://127.0.0.1:$API_PORT" \
  --as grace --ca "$WORK/gateway/tls/ca.crt" 2>&1 | sed 's/^/    /'
# Approves what waits, as soon as it waits, for at most a minute; keeps what she was shown.
approve_what_waits() {
  local id deadline=$((SECONDS + 60))
  while [ "$SECONDS" -lt "$deadline" ]; do
    for id in $(grace requests --to-decide --json | python3 -c 'import json, sys; [print(r["id"]) for r in json.load(sys.stdin)]'); do
      grace requests show "$id" >>"$WORK/grace.shown"
      grace requests approve "$id" --yes --note "seen" 2>>"$WORK/grace.shown"
    done
    sleep 0.1
  done
}
approve_what_waits &
GRACE_PID=$!

say "ada's session: psql \"host=127.0.0.1 port=$GATEWAY_PORT user=ada dbname=shop\""
ada -a -f demo/session.sql 2>&1 | sed 's/^psql:[^ ]* //' | paint

kill "$GRACE_PID" 2>/dev/null || true
wait "$GRACE_PID" 2>/dev/null || true

say "what grace saw and approved meanwhile: signet requests show, signet requests approve"
sed 's/^/    /' "$WORK/grace.shown"

say "somebody who has no token tries the same"
if PGPASSWORD=guess PGSSLMODE=require psql -X "host=127.0.0.1 port=$GATEWAY_PORT user=ada dbname=shop" -c 'SELECT 1' >"$WORK/guess" 2>&1
then die "a wrong password was taken"; fi
paint <"$WORK/guess"

say "what is on disk: signet log"
signet log | sed 's/^/    /'

say "each command was on disk before PostgreSQL received it: the gateway's clock beside PostgreSQL's own log"
signet log --json | python3 demo/before.py "$WORK/postgres.log"

say "her session, with what she was shown: signet sessions show"
session=$(signet sessions list --user ada --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["session"])')
signet sessions show "$session" | head -n 40 | sed 's/^/    /'

stop_one TERM "$GATEWAY_PID"
GATEWAY_PID=''
say "an auditor, who has only the public files and the key: signet verify"
signet verify "$WORK/gateway/log" --key "$WORK/gateway/log.vkey" | sed 's/^/    /'

say "somebody changes one letter of one record on disk"
bundle=$(find "$WORK/gateway/log/tile/entries" -type f | sort | tail -n 1)
sed -i '0,/"read"/s//"reap"/' "$bundle"
if signet verify "$WORK/gateway/log" --key "$WORK/gateway/log.vkey" >"$WORK/tampered"; then die "a changed record was taken"; fi
sed 's/^/    /' "$WORK/tampered"
stop_all
printf '%s==> demo complete: everything ada did was recorded before it happened, and strangers can tell; nothing is left running%s\n' "$GREEN" "$RESET"
