#!/usr/bin/env bash
# Runs a command with PostgreSQL + pgvector servers of its own, and stops them after.
#
#   workbench/pgstore/postgres.sh [-servers N] COMMAND...
#   workbench/pgstore/postgres.sh -servers 3 go test -tags postgres ./workbench/pgstore
#
# The command finds the server in AXN_POSTGRES, a connection string, and where there are
# several (one if not said), all of them in AXN_POSTGRES_SERVERS, divided by semicolons. A server that ends
# while the command runs is started again. The data lie in a
# temporary folder and go with it. The server is this machine's, if it has pgvector
# (Debian: postgresql-17-pgvector), else that of a Debian trixie made the first time in
# the user's cache folder, for which root, Debian's debootstrap, a package mirror and
# 600 MB are needed. Fails when there is no server in the end.
#
#   AXN_POSTGRES_SETTINGS   further server options, such as "-c shared_buffers=4GB"
set -euo pipefail
fail() { echo "postgres.sh: $*" >&2; exit 1; }
if [ "${1:-}" = -servers ]; then
	servers=${2:-}
	[[ $servers =~ ^[1-9]$ ]] || fail "-servers wants a number from 1 to 9"
	shift 2
	[ "$servers" = 1 ] || set -- "$0" -servers $((servers - 1)) "$@"
fi
[ $# -gt 0 ] || fail "no command to run"

# make_root makes a Debian with PostgreSQL in $1.
make_root() {
	command -v debootstrap >/dev/null ||
		{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends debootstrap; }
	rm -rf "$1" && mkdir -p "$1/etc/postgresql-common"
	echo 'create_main_cluster = false' >"$1/etc/postgresql-common/createcluster.conf"
	debootstrap --variant=minbase trixie "$1"
	printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d" && chmod +x "$1/usr/sbin/policy-rc.d" # start nothing
	cp /etc/resolv.conf "$1/etc/resolv.conf"
	chroot "$1" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get install -y --no-install-recommends postgresql-17-pgvector
	chroot "$1" apt-get clean
	touch "$1/complete"
}

root= # of the file system the server lives in; empty is this machine's
in=() # how to run a program there, and
as=() # how to run it as the server's user, since the server refuses to be root
if ! ls /usr/share/postgresql/*/extension/vector.control >/dev/null 2>&1; then
	[ "$(id -u)" = 0 ] || fail "no pgvector here, and only root can make a Debian with it: install postgresql-17-pgvector"
	root=${XDG_CACHE_HOME:-$HOME/.cache}/axn/postgres-trixie
	in=(chroot "$root")
	mkdir -p "${root%/*}"
	exec 9>"$root.lock" && flock 9 # others may be making it
	if [ ! -e "$root/complete" ]; then
		echo "postgres.sh: making a Debian trixie with pgvector in $root, once" >&2
		(set -e; make_root "$root") >"$root.log" 2>&1 9>&- || { tail -5 "$root.log" >&2; fail "that failed; all it said is in $root.log"; }
	fi
	exec 9>&-
fi
[ "$(id -u)" != 0 ] || as=(setpriv --reuid=postgres --regid=postgres --clear-groups)

data=$(mktemp -d "$root/tmp/axn-postgres.XXXXXX") # the socket is there too
inside=${data#"$root"}
bin=$(cd "$root/" && ls -d usr/lib/postgresql/*/bin | sort -V | tail -1)
supervisor=
cleanup() {
	touch "$data/end"
	if [ -n "$supervisor" ]; then
		kill -INT "$(head -1 "$data/data/postmaster.pid")" 2>/dev/null || true
		wait "$supervisor" 2>/dev/null || true
	fi
	rm -rf "$data"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
become() { # in a subshell: its process becomes the program
	cd /
	exec env LC_ALL=C.UTF-8 "${in[@]}" "${as[@]}" "/$bin/$1" "${@:2}"
}
broken() {
	cat "$data/log" >&2
	fail "$*"
}

chmod 755 "$data"
[ "$(id -u)" != 0 ] || "${in[@]}" chown postgres: "$inside"
(become initdb -D "$inside/data" -U axn -A trust --no-sync) >"$data/log" 2>&1 || broken "no data folder"
serve() { # and again, once it ran
	# shellcheck disable=SC2086 # settings are words
	while (become postgres -D "$inside/data" -k "$inside" -c listen_addresses= -c fsync=off -c max_wal_size=4GB ${AXN_POSTGRES_SETTINGS:-}) || [ -e "$data/ran" ]; do
		[ ! -e "$data/end" ] || break
		sleep 1
	done
}
serve >>"$data/log" 2>&1 &
supervisor=$!
for _ in $(seq 300); do
	kill -0 "$supervisor" 2>/dev/null || broken "the server ended"
	if (become pg_isready -q -h "$inside"); then break; fi
	sleep 0.1
done
(become psql -qX -h "$inside" -U axn -d postgres -c 'CREATE EXTENSION vector') || fail "pgvector cannot be loaded"
touch "$data/ran"
export AXN_POSTGRES="host=$data user=axn dbname=postgres"
export AXN_POSTGRES_SERVERS="${AXN_POSTGRES_SERVERS:+$AXN_POSTGRES_SERVERS;}$AXN_POSTGRES"
"$@"
