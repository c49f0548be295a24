# Shared by the scripts of this folder: where things are kept, who runs servers, how output looks.
# shellcheck shell=bash
# Sourced, never run. The caller has already said `set -euo pipefail`.

export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 LC_ALL=C.UTF-8

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/signet
PG_MAJOR=15
PG_BIN=/usr/lib/postgresql/$PG_MAJOR/bin
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}

# Colour only for a person who looks at a terminal.
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' YELLOW=$'\e[33m' CYAN=$'\e[36m' RESET=$'\e[0m'
else
  BOLD='' DIM='' GREEN='' YELLOW='' CYAN='' RESET=''
fi
export BOLD DIM GREEN YELLOW CYAN RESET

say() { printf '%s==>%s %s\n' "$BOLD" "$RESET" "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# as_root CMD...: packages need root; without it and without sudo, say what to do.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo -n env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 "$@"
  else die "root is needed for: $*"
  fi
}

# PostgreSQL refuses root, so root hands over to the user of Debian's package.
AS_SERVER=()
if [ "$(id -u)" = 0 ]; then AS_SERVER=(setpriv --reuid=postgres --regid=postgres --init-groups --); fi
as_server() { ${AS_SERVER[@]+"${AS_SERVER[@]}"} "$@"; }

# server_owned DIR: make DIR a place where that user may write.
server_owned() {
  mkdir -p "$1"
  if [ "$(id -u)" = 0 ]; then chown postgres:postgres "$1"; fi
}

# server_programs NAME: print a path of $CACHE/NAME that the server's user can reach. The home of root is closed to
# others, so there a copy is kept where it is not.
server_programs() {
  local from=$CACHE/$1 to=/var/cache/signet/$1
  if as_server test -r "$from/." -a -x "$from/." 2>/dev/null; then echo "$from"; return; fi
  if ! cmp -s "$from/.stamp" "$to/.stamp"; then
    rm -rf "$to"; mkdir -p "$to"
    cp -a "$from/." "$to/"
    chmod -R a+rX "$to"
  fi
  echo "$to"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_for SECONDS WHAT CMD...: poll, with a deadline and a reason.
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    if [ "$SECONDS" -ge "$deadline" ]; then die "gave up waiting for $what"; fi
    sleep 0.1
  done
}

digest() { cat "$@" | sha256sum | cut -c1-16; }
