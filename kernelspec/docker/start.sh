#!/bin/sh
# Entry point of the image: makes the work folder ready, then runs JupyterLab with the
# options given, or the command given instead.
set -eu
umask 002
course=/opt/axn

fail() {
	echo "axn: $*" >&2
	exit 1
}

# Started as root (--user root): hand the work folder to NB_UID and go on as that user.
if [ "$(id -u)" = 0 ]; then
	uid=${NB_UID:-1000} gid=${NB_GID:-0}
	[ "$uid" != 0 ] || fail "NB_UID=0: JupyterLab does not run as root here"
	for dir in "$HOME" "$WORK"; do
		[ "$(stat -c %u "$dir")" = "$uid" ] || chown -R "$uid:$gid" "$dir"
	done
	exec setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs "$0" "$@"
fi

[ -w "$WORK" ] || fail "$WORK is not writable for user $(id -u): add --user \$(id -u):0, or --user root -e NB_UID=\$(id -u)"
[ -w "$HOME" ] || HOME=$(mktemp -d) # a read-only root file system
export HOME

# The course goes into the work folder, where changes to it are kept, with the documents that it
# leads to. What is there stays.
cp -r --update=none --no-preserve=mode "$course/notebooks" "$course/workbench" "$WORK/"
[ -e "$WORK/data" ] || ln -s "$course/data" "$WORK/data" || cp -r "$course/data" "$WORK/"
cd "$WORK"

case ${1:-} in
'' | -*) ;;
*) exec "$@" ;;
esac

export AXN_DOCS=/lab/tree/notebooks/README.md # where the help menu of the kernel leads
export JUPYTER_TOKEN="${JUPYTER_TOKEN:-$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')}"
{
	answers 120 || exit
	echo "Open http://127.0.0.1:${JUPYTER_PORT:-8888}/lab/tree/notebooks/README.md?token=$JUPYTER_TOKEN"
} &
exec jupyter-lab "$@"
