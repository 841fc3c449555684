#!/usr/bin/env bash
# Builds the image from the unchanged Dockerfile and tries what its users rely on.
# Needs root and Debian: it installs an engine if there is none, and fails without one.
#
#   .ci/docker.sh [FOLDER for screenshots]
set -euo pipefail
cd "$(dirname "$0")/.."
shots=${1:-}
limit=250 # MB, 61 of them data
image=axn-ci
folder=$(mktemp -d)
log=$folder/log

docker=/usr/bin/docker
here=; $docker info >/dev/null 2>&1 || here=1 # the engine will be started here
ours=()
cleanup() {
	[ ${#ours[@]} = 0 ] || $docker rm -f "${ours[@]}" >/dev/null 2>&1 || true
	if [ -n "$here" ] && [ -f /var/run/docker.pid ]; then kill "$(cat /var/run/docker.pid)" || true; fi
	rm -rf "$folder"
}
trap cleanup EXIT
fail() {
	echo "docker: $*" >&2
	exit 1
}

echo "docker: build, token, health, the quickstart inside, no compiler, no package cache"
../shared/tools/docker_check.sh . -t $image --keep \
	--exec 'axn check' \
	--exec 'axn run notebooks/01_quickstart.ipynb' \
	--exec '! { command -v cc || command -v gcc || command -v go || command -v make || command -v pip; }' \
	--exec 'test -z "$(find / -xdev \( -path "/var/lib/apt/lists/*" -o -path "/var/cache/apt/*" -o -path "*/.cache/*" \) -type f 2>/dev/null)"' \
	>"$folder/report.json" 2> >(tee "$log" >&2) || { cat "$folder/report.json"; ours+=($($docker ps -q --filter ancestor=$image)); exit 1; }
cat "$folder/report.json"
ours+=($($docker ps -q --filter ancestor=$image))
size=$(sed 's/.*"size_mb": \([0-9]*\).*/\1/' "$folder/report.json")
[ "$size" -le $limit ] || fail "the image has $size MB, more than $limit"
grep -q '"user": 1000' "$folder/report.json" || fail "the image does not run as user 1000"

# start NAME OPTIONS... runs the image, waits until JupyterLab answers and opens the
# address that it prints. The container is in $c.
start() {
	echo "docker: $1"
	shift
	c=$($docker run -d "$@" $image)
	ours+=("$c")
	$docker exec "$c" answers 180 || { $docker logs "$c" >&2; fail "JupyterLab does not answer"; }
	$docker exec "$c" python3 -c '
import sys, urllib.error, urllib.request
url = sys.argv[1]
assert b"jupyter-config-data" in urllib.request.urlopen(url).read(), "no JupyterLab page"
try:
    urllib.request.urlopen(url.split("/lab")[0] + "/api/contents")
    sys.exit("open without a token")
except urllib.error.HTTPError as e:
    assert e.code == 403, e
' "$(address)"
}
address() {
	for _ in $(seq 300); do
		$docker logs "$c" 2>&1 | grep -om1 'http://[^ ]*' && return
		sleep 0.2
	done
}
expect() { # expect WANTED COMMAND... inside $c
	local want=$1 got
	shift
	got=$($docker exec "$c" "$@")
	[ "$got" = "$want" ] || fail "$* says $got, not $want"
}

start "without a network" --network none
expect "" sh -c 'axn check | grep missing || true'
expect "" test -s workbench/METHOD.md
start "read-only root" --read-only --tmpfs /tmp --tmpfs /home/axn/work:mode=1777
expect "" sh -c 'touch notebooks/mine.ipynb && axn check | grep missing || true'
start "any user with group 0" --user 12345:0
expect "" sh -c 'touch notebooks/mine.ipynb && axn check | grep missing || true'
start "NB_UID, and a mounted folder that keeps the work" --user root -e NB_UID=1234 -v "$folder/work:/home/axn/work" -p 127.0.0.1:18890:8888
expect 1234 stat -c %u /proc/1
echo "docker: the same in a browser"
.ci/browser.py --url "$(address | sed s/:8888/:18890/)" --work "$folder/work" ${shots:+--shots "$shots"} 01_quickstart.ipynb
echo changed >"$folder/work/notebooks/01_quickstart.ipynb"
$docker stop -t 60 "$c" >/dev/null
[ "$($docker inspect -f '{{.State.ExitCode}}' "$c")" != 137 ] || fail "the container does not end when it is asked to, but when it is killed"
start "the same folder again" --user 1234:0 -v "$folder/work:/home/axn/work"
expect changed cat notebooks/01_quickstart.ipynb

echo "docker: a folder that cannot be written is refused"
mkdir "$folder/locked"
if $docker run --rm -v "$folder/locked:/home/axn/work" $image 2>"$log"; then fail "no error"; fi
grep -q 'not writable for user 1000' "$log" || fail "it says: $(cat "$log")"
echo "docker: the search server alone"
DOCKER_BUILDKIT=1 $docker build --network host -q --target serve -t $image-serve . >/dev/null
c=$($docker run -d --read-only -p 127.0.0.1:18080:8080 $image-serve)
ours+=("$c")
for _ in $(seq 900); do
	curl -sf http://127.0.0.1:18080/healthz >/dev/null && break
	sleep 0.2
done
found=$(curl -sS http://127.0.0.1:18080/search -d '{"query": "they * walked * to school", "k": 3, "budget": 50}') || { $docker logs "$c" >&2; fail "the search server does not answer"; }
grep -q '"calls":50' <<<"$found" || fail "the search server says: $found"
echo "docker: all good, $size MB"
