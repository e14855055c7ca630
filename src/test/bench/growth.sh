#!/usr/bin/env bash
# How the router's CPU time grows with connections, images and bytes, and how much later the first event comes
# through it than from the worker itself. Prints tables; after ./mvnw -DskipTests package, on Linux:
#
#   src/test/bench/growth.sh [-t SECONDS]
#
# -t  seconds per row (4), after as many to warm up
# Needs wrk and python3. Workers are the simulated ones, without delays; they and wrk share the machine with the
# router, so that requests per second say little, and CPU time per request is the figure to look at.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
seconds=4
while getopts t: flag; do case $flag in t) seconds=$OPTARG ;; *) exit 2 ;; esac; done
command -v wrk >/dev/null || { echo "wrk: not installed" >&2; exit 2; }
[[ -f $root/target/epd-router.jar ]] || { echo "target/epd-router.jar: none (expected: ./mvnw -DskipTests package was run)" >&2; exit 2; }

dir=$(mktemp -d) workers='' router=''
trap 'kill $workers $router 2>/dev/null || true; rm -rf "$dir"' EXIT
java -cp "$root/target/epd-router.jar" org.epdrouter.simulator.SimulatorCommand --base-port 19001 >"$dir/workers.log" 2>&1 &
workers=$!
(cd "$dir" && exec "$root/src/main/dist/bin/epd-router" --host 127.0.0.1 --port 18000 \
  --encode-servers-urls http://127.0.0.1:19001 --prefill-servers-urls http://127.0.0.1:19002 \
  --decode-servers-urls http://127.0.0.1:19003) >"$dir/router.log" 2>&1 &
router=$!
for _ in $(seq 150); do curl -sf -o "$dir/models" http://127.0.0.1:18000/v1/models && break; sleep 0.2; done
[[ -s $dir/models ]] || { echo "the router does not answer:"; tail -20 "$dir"/*.log; exit 1; }
model=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["data"][0]["id"])' "$dir/models")

body() { # images, bytes of each -> the file of a streamed request
  python3 - "$dir" "$model" "$1" "$2" <<'PY'
import base64, json, os, sys
out, model, count, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
def image():
    data = base64.b64encode(os.urandom(size * 3 // 4)).decode()
    return {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64," + data}}
content = [{"type": "text", "text": "What is this?"}] + [image() for _ in range(count)]
name = f"{out}/{count}-{size}"
json.dump({"model": model, "stream": True, "max_tokens": 16, "messages": [{"role": "user", "content": content}]}, open(name, "w"))
open(name + ".lua", "w").write(
    f'local f=io.open("{name}","rb"); wrk.body=f:read("*a"); f:close(); wrk.method="POST"; wrk.headers["Content-Type"]="application/json"')
PY
}
ticks() { sed 's/.*) //' "/proc/$router/stat" | awk '{print $12 + $13}'; }
load() { wrk -t1 -c"$1" -d"$2s" --timeout 60s --latency -s "$dir/$3-$4.lua" http://127.0.0.1:18000/v1/chat/completions; }
row() { # connections, images, bytes
  local before after out
  body "$2" "$3"
  load "$1" "$seconds" "$2" "$3" >/dev/null
  before=$(ticks); out=$(load "$1" "$seconds" "$2" "$3"); after=$(ticks)
  awk -v c="$1" -v i="$2" -v b="$3" -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" '
    /requests in/{n=$1} /^ *50%/{p50=$2} /^ *99%/{p99=$2} /Non-2xx/{bad+=$NF} /Socket errors/{gsub(",",""); bad+=$4+$6+$8+$10}
    END{us = n ? t*1e6/hz/n : 0; printf "%11d %6d %10d %9.0f %10.0f %9.1f %10s %10s %6d\n", c, i, b, n/'"$seconds"', us, (i*b ? us/(i*b/1e6)/1000 : 0), p50, p99, bad}' <<<"$out"
}
head='connections images bytes_each     req/s cpu_us/req  ms_cpu/MB        p50        p99 errors'
body 0 0
load 16 40 0 0 >/dev/null
echo "$head"
for connections in 1 16 64 256; do row "$connections" 0 0; done
for images in 1 2 4 8 16; do row 8 "$images" 100000; done
for bytes in 100000 1000000 5000000 20000000; do row 4 1 "$bytes"; done

python3 - "$dir/0-0" <<'PY'
import http.client, statistics, sys, time
body = open(sys.argv[1], "rb").read()
def first_event(connection):
    start = time.perf_counter()
    connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.readline()
    took = time.perf_counter() - start
    answer.read()
    return took * 1000
def figures(times):
    times.sort()
    return f"p50={statistics.median(times):.2f} p99={times[len(times) * 99 // 100]:.2f}"
direct, routed = http.client.HTTPConnection("127.0.0.1", 19003), http.client.HTTPConnection("127.0.0.1", 18000)
times = {"worker": [], "router": []}
for turn in range(2200):
    for name, connection in (("worker", direct), ("router", routed)):
        took = first_event(connection)
        if turn >= 200:
            times[name].append(took)
print("first event at 1 connection, ms:", *(f"{name} {figures(values)}" for name, values in times.items()))
PY
