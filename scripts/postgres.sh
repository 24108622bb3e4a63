#!/bin/sh
# A throw-away PostgreSQL with PostGIS on the loopback, for tests and benchmarks. Never for data that matters.
#   postgres.sh start DIR   makes DIR where it is not there, starts the server, prints its address
#   postgres.sh kill DIR    stops it the hard way, as a power cut would (SIGKILL to the whole server)
#   postgres.sh stop DIR    stops it
# Exit code 3: PostgreSQL 15 or newer with PostGIS is not installed.
set -eu
what=${1:?start, kill or stop} dir=${2:?a folder}
bin=$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")
[ -x "$bin/initdb" ] || { echo "PostgreSQL is not installed (Debian: postgresql-15-postgis-3)" >&2; exit 3; }
"$bin/pg_config" --sharedir >/dev/null 2>&1 && share=$("$bin/pg_config" --sharedir) || share=/usr/share/postgresql/15
[ -e "$share/extension/postgis.control" ] || { echo "PostGIS is not installed (Debian: postgresql-15-postgis-3)" >&2; exit 3; }

# The server refuses to run as root: hand the folder to the account that Debian makes for it.
run() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid postgres --regid postgres --init-groups env HOME="$dir" "$@"; else "$@"; fi
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

create() {
    mkdir -p "$dir"
    free_port > "$dir/port"
    od -An -N12 -tx1 /dev/urandom | tr -d ' \n' > "$dir/password"
    [ "$(id -u)" != 0 ] || chown -R postgres "$dir"
    run "$bin/initdb" --pgdata "$dir/data" --username atlas --pwfile "$dir/password" --auth scram-sha-256 \
        --encoding UTF8 --locale C.UTF-8 --no-sync >/dev/null
    # Without fsync a crash of the machine could lose data, a crash of the server cannot. FSYNC=on is as in earnest.
    cat >> "$dir/data/postgresql.conf" <<EOF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$dir'
fsync = ${FSYNC:-off}
jit = off
shared_buffers = ${SHARED_BUFFERS:-128MB}
work_mem = ${WORK_MEM:-32MB}
maintenance_work_mem = 256MB
max_wal_size = 4GB
random_page_cost = 1.1
EOF
}

# A dead server stays a zombie where process 1 is slow to reap, and pg_ctl takes that for a living one.
end() {
    [ -f "$dir/data/postmaster.pid" ] || return 0
    pid=$(head -1 "$dir/data/postmaster.pid")
    children=$(ps -o pid= --ppid "$pid" || true)
    # shellcheck disable=SC2086
    if [ "$1" = KILL ]; then kill -KILL "$pid" $children 2>/dev/null || true; else kill -QUIT "$pid" 2>/dev/null || true; fi
    for _ in $(seq 100); do
        case $(ps -o stat= -p "$pid" || true) in '' | Z*) break ;; esac
        sleep 0.1
    done
    rm -f "$dir/data/postmaster.pid" "$dir"/.s.PGSQL.*
}

case $what in
start)
    [ -d "$dir/data" ] || create
    run "$bin/pg_ctl" --pgdata "$dir/data" --log "$dir/log" --wait --silent -o "-p $(cat "$dir/port")" start
    url="postgresql://atlas:$(cat "$dir/password")@127.0.0.1:$(cat "$dir/port")"
    PGCONNECT_TIMEOUT=10 "$bin/psql" -qAt "$url/postgres" -c "SELECT 1 FROM pg_database WHERE datname = 'atlas'" | grep -q 1 ||
        "$bin/psql" -q "$url/postgres" -c 'CREATE DATABASE atlas'
    echo "$url/atlas"
    ;;
kill)
    end KILL
    ;;
stop)
    end QUIT
    ;;
*)
    echo "postgres.sh: start, kill or stop, not '$what'" >&2
    exit 2
    ;;
esac
