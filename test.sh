#!/usr/bin/env bash
# Runs every test: brings the browser and a private PostgreSQL, and stops what it started.
# Arguments go to `dotnet test`, for example: ./test.sh --filter FullyQualifiedName~GiftCards
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export MSBUILDDISABLENODEREUSE=1

work=''
pg_bin=''
pg_data=''
pg_user=''
tests=''

# As root, PostgreSQL refuses to run: its commands run as an unprivileged user.
as_pg_user() {
  if [[ -z $pg_user ]]; then
    "$@"
  elif command -v setpriv >/dev/null; then
    (cd / && setpriv --reuid="$pg_user" --regid="$(id -g "$pg_user")" --clear-groups -- "$@")
  else
    (cd / && su -s /bin/sh "$pg_user" -c "$(printf '%q ' "$@")")
  fi
}

stop() {
  local status=$?
  trap - EXIT INT TERM HUP
  # The whole group: the test host, the web application and the browser it started.
  [[ -n $tests ]] && kill -KILL -- "-$tests" 2>/dev/null
  if [[ -n $pg_data && -f $pg_data/postmaster.pid ]]; then
    as_pg_user "$pg_bin/pg_ctl" -D "$pg_data" -m immediate -w stop >/dev/null 2>&1
  fi
  [[ -n $work ]] && rm -rf "$work"
  exit "$status"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

find_chromium() {
  local candidate
  for candidate in "${LOYALTY_TEST_CHROMIUM:-}" /usr/bin/chromium "$(command -v chromium || true)" \
                   "$(command -v chromium-browser || true)" "$(command -v google-chrome || true)"; do
    if [[ -n $candidate && -x $candidate ]]; then
      echo "$candidate"
      return 0
    fi
  done
  return 1
}

find_postgres() {
  local candidate
  for candidate in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr) "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
    if [[ -x $candidate/initdb && -x $candidate/pg_ctl && -x $candidate/postgres ]]; then
      echo "$candidate"
      return 0
    fi
  done
  return 1
}

# Installs what is missing: needs root and apt-get, else says what to install.
require() { # finder, packages
  "$1" >/dev/null && return 0
  if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
    echo "The tests need: $2. Install it and run ./test.sh again." >&2
    exit 2
  fi
  # The package must not create and start a server of its own.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/no-main-cluster.conf
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $2; } >&2 \
     || ! "$1" >/dev/null; then
    echo "The tests need: $2, which could not be installed." >&2
    exit 2
  fi
}

start_postgres() {
  local attempt port
  pg_bin=$(find_postgres)
  if [[ $(id -u) -eq 0 ]]; then
    pg_user=nobody
    id postgres >/dev/null 2>&1 && pg_user=postgres
    mkdir "$work/pg"
    chmod 711 "$work"
    chown "$pg_user" "$work/pg"
  else
    mkdir "$work/pg"
  fi
  pg_data=$work/pg/data

  if ! as_pg_user "$pg_bin/initdb" -D "$pg_data" -U loyalty -A trust -E UTF8 --locale=C --no-sync >"$work/initdb.log" 2>&1; then
    cat "$work/initdb.log" >&2
    exit 2
  fi

  for attempt in 1 2 3 4 5 6 7 8; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    # Throw-away data: nothing waits for the disk.
    if as_pg_user "$pg_bin/pg_ctl" -D "$pg_data" -l "$work/pg/log" -w -t 60 start -o "-c listen_addresses=127.0.0.1 -c port=$port \
        -c unix_socket_directories= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=600" >/dev/null 2>&1; then
      export LOYALTY_TEST_PG="Host=127.0.0.1;Port=$port;Username=loyalty;Database=postgres;Timeout=30"
      return 0
    fi
  done

  echo "PostgreSQL did not start:" >&2
  tail -n 20 "$work/pg/log" >&2
  exit 2
}

# Adds up one counter of all result files.
count() { # attribute
  local sum=0 value
  for value in $(cat "$work"/results/*.trx 2>/dev/null | grep -oE '<Counters [^>]*' | grep -oE " $1=\"[0-9]+\"" | grep -oE '[0-9]+'); do
    sum=$((sum + value))
  done
  echo "$sum"
}

require find_chromium chromium
LOYALTY_TEST_CHROMIUM=$(find_chromium)
export LOYALTY_TEST_CHROMIUM

work=$(mktemp -d "${TMPDIR:-/tmp}/loyalty-test.XXXXXX")
mkdir "$work/results" "$work/tmp"

if [[ -z ${LOYALTY_TEST_PG:-} ]]; then
  require find_postgres postgresql
  start_postgres
fi

# A process group of its own, waited for in the background, so that an interrupt stops everything at once.
# Their temporary files lie in the folder that goes away afterwards.
set -m
TMPDIR="$work/tmp" dotnet test LoyaltyAdmin.sln --logger "trx;LogFilePrefix=tests" --results-directory "$work/results" "$@" &
tests=$!
set +m
wait "$tests"
status=$?

passed=$(count passed)
failed=$(($(count failed) + $(count error) + $(count timeout) + $(count aborted)))
skipped=$(($(count total) - $(count executed)))
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
