# The matched set of PostgreSQL's own tests: built once into the cache, from Debian's packages and their source.
# shellcheck shell=bash
# Sourced by pgsuite.sh.

# A private view of the system's own package sources, with source packages switched on; the system's files stay as
# they are. What it prints are options for apt-get.
apt_view() {
  local root=$1 file
  mkdir -p "$root/parts" "$root/lists/partial" "$root/cache/archives/partial"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    case $file in
      *.list) if [ -s "$file" ]; then sed 'p; s/^deb /deb-src /' "$file" >"$root/parts/$(basename "$file")"; fi ;;
      *.sources) sed 's/^Types: deb$/Types: deb deb-src/' "$file" >"$root/parts/$(basename "$file")" ;;
    esac
  done
  APT=(-q -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$root/parts" -o "Dir::State::lists=$root/lists"
    -o "Dir::Cache=$root/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none)
}

# The newest release of which both the source and the binaries can be had: archives drop one or the other at times.
download_one_release() {
  local version name=postgresql-$PG_MAJOR
  for version in $(apt-cache "${APT[@]}" madison "$name" | awk -F'|' '{ gsub(/ /, "", $2); print $2 }' | sort -ruV); do
    rm -f ./*
    if apt-get "${APT[@]}" source --download-only "$name=$version" >log 2>&1 &&
      apt-get "${APT[@]}" download "$name=$version" "postgresql-client-$PG_MAJOR=$version" \
        "postgresql-server-dev-$PG_MAJOR=$version" "libpq5=$version" >>log 2>&1; then
      VERSION=$version
      return 0
    fi
    say "$name $version cannot be had whole; trying the one before"
  done
  cat log >&2
  die "no release of $name has both source and packages"
}

build() {
  local dir=$CACHE/pgsuite recipe work package
  recipe=$(digest "$REPO/scripts/pgsuite-build.sh")
  [ "$(cut -d' ' -f1 "$dir/.stamp" 2>/dev/null || true)" != "$recipe" ] || return 0
  say "building the matched set of PostgreSQL's regression suite (once)"
  rm -rf "$dir"; mkdir -p "$dir/src"
  work=$dir/.work; mkdir -p "$work/download"
  apt_view "$work/apt"
  apt-get "${APT[@]}" update >"$work/update.log" 2>&1 || { cat "$work/update.log" >&2; die "apt-get update failed"; }
  cd "$work/download" || die "no $work/download"
  download_one_release
  for package in ./*.deb; do dpkg-deb -x "$package" "$dir"; done
  dpkg-source --no-check -x ./*.dsc "$work/source" >/dev/null
  compile_tests "$work/source" "$dir"
  cd "$REPO" || die "no $REPO"
  rm -rf "$work"
  chmod -R a+rX "$dir"
  echo "$recipe $VERSION" >"$dir/.stamp"
  say "built $VERSION"
}

compile_tests() {
  local source=$1 dir=$2 lib=$2/usr/lib/postgresql/$PG_MAJOR/lib
  cp -a "$source/src/test/regress" "$source/src/test/isolation" "$dir/src/"
  gcc -O1 -fPIC -shared "-I$dir/usr/include/postgresql/$PG_MAJOR/server" "-I$dir/src/regress" -DDLSUFFIX='".so"' \
    -o "$dir/src/regress/regress.so" "$dir/src/regress/regress.c"
  cp "$lib/refint.so" "$lib/autoinc.so" "$dir/src/regress/"
}
