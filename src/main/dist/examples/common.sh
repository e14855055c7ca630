# shellcheck shell=bash
# What the examples share. To be sourced by one of them, under bash with `set -euo pipefail`.

EXAMPLES=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

MODEL=${MODEL:-Qwen/Qwen2.5-VL-3B-Instruct}
# Each process writes a log of its own here.
LOG_PATH=${LOG_PATH:-./logs}
# Where encode leaves what it computed. Emptied at the start.
EC_SHARED_STORAGE_PATH=${EC_SHARED_STORAGE_PATH:-/tmp/ec_cache}
# The workers may read local media below it; the first .jpg, .jpeg or .png in it is sent at the end.
MEDIA_PATH=${MEDIA_PATH:-$EXAMPLES/media}
# How long the workers, and then the router, may take to answer.
TIMEOUT_SECONDS=${TIMEOUT_SECONDS:-12000}
NUM_PROMPTS=${NUM_PROMPTS:-100}
# Where the router listens.
PROXY_PORT=${PROXY_PORT:-${ENDPOINT_PORT:-10001}}
ROUTER=${ROUTER:-$EXAMPLES/../bin/epd-router}
# How long processes may take to end before they are killed.
STOP_SECONDS=${STOP_SECONDS:-30}

CHAT=/v1/chat/completions

# What runs, in the order of its start. Each is the leader of a process group of its own, so that
# what vLLM starts in turn ends with it.
NAMES=() PIDS=() PORTS=() LOGS=()

say() {
  printf '%s\n' "$*"
}

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# prepare PORT...: checks all that can be checked before anything is started.
prepare() {
  local port image

  [[ -n $(type -P vllm) ]] ||
    die "vllm: not found (expected: on the PATH, such as in an activated environment with pip install vllm)"
  [[ -n $(type -P curl) ]] || die "curl: not found (expected: on the PATH)"
  [[ -n $(type -P "$ROUTER") ]] ||
    die "ROUTER: $ROUTER (expected: the router's start script; in the source tree src/main/dist/bin/epd-router)"

  for port in "$@" "$PROXY_PORT"; do
    [[ $port =~ ^[0-9]{1,5}$ ]] || die "port: $port (expected: a number)"
    if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      die "port: $port (expected: free; something answers on it)"
    fi
  done

  [[ -d $MEDIA_PATH ]] || die "MEDIA_PATH: $MEDIA_PATH (expected: a folder)"
  MEDIA_PATH=$(cd -- "$MEDIA_PATH" && pwd)
  IMAGE=
  for image in "$MEDIA_PATH"/*; do
    case $image in
      *.jpg | *.jpeg | *.png)
        IMAGE=$image
        break
        ;;
    esac
  done
  [[ -n $IMAGE ]] || die "MEDIA_PATH: $MEDIA_PATH (expected: a .jpg, .jpeg or .png in it)"

  mkdir -p -- "$LOG_PATH" "$EC_SHARED_STORAGE_PATH"
  LOG_PATH=$(cd -- "$LOG_PATH" && pwd)
  EC_SHARED_STORAGE_PATH=$(cd -- "$EC_SHARED_STORAGE_PATH" && pwd -P)
  case $EC_SHARED_STORAGE_PATH in
    / | "${HOME:-/}")
      die "EC_SHARED_STORAGE_PATH: $EC_SHARED_STORAGE_PATH (expected: a folder of its own, since it is emptied)"
      ;;
  esac
  find "$EC_SHARED_STORAGE_PATH" -mindepth 1 -delete

  trap stop_all EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 138' USR1
  trap 'exit 143' TERM
}

# ec_config ROLE: how a worker takes part in the encoder cache, as JSON.
ec_config() {
  printf '{"ec_connector":"ECExampleConnector","ec_role":"%s",' "$1"
  printf '"ec_connector_extra_config":{"shared_storage_path":"%s"}}' "$EC_SHARED_STORAGE_PATH"
}

# start_worker NAME PORT GPU FLAG...: with the flags that all workers share.
start_worker() {
  local name=$1 port=$2 gpu=$3
  shift 3
  CUDA_VISIBLE_DEVICES=$gpu \
    start "$name" "$port" \
    vllm serve "$MODEL" \
    --port "$port" \
    --enforce-eager \
    --enable-request-id-headers \
    --max-num-seqs 128 \
    --allowed-local-media-path "$MEDIA_PATH" \
    "$@"
}

# start_encode_worker PORT GPU
start_encode_worker() {
  start_worker encode "$1" "$2" \
    --gpu-memory-utilization 0.01 \
    --no-enable-prefix-caching \
    --max-num-batched-tokens 114688 \
    --ec-transfer-config "$(ec_config ec_producer)"
}

# start_router FLAG...: and waits for it.
start_router() {
  start router "$PROXY_PORT" "$ROUTER" --host 0.0.0.0 --port "$PROXY_PORT" "$@"
  wait_for router
}

# start NAME PORT COMMAND...: in the background, with a log of its own.
start() {
  local name=$1 port=$2 log=$LOG_PATH/$1.log
  shift 2
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  set +m
  NAMES+=("$name") PIDS+=("$!") PORTS+=("$port") LOGS+=("$log")
  say "Started $name on port $port, log: $log"
}

# wait_for NAME...: until each answers HTTP with whatever status.
wait_for() {
  local name i end=$((SECONDS + TIMEOUT_SECONDS))
  for name in "$@"; do
    say "Waiting for $name"
    for i in "${!NAMES[@]}"; do
      [[ ${NAMES[i]} == "$name" ]] || continue
      until answers "${PORTS[i]}"; do
        check_alive
        ((SECONDS < end)) ||
          die "$name: no answer on port ${PORTS[i]} (expected: within TIMEOUT_SECONDS=$TIMEOUT_SECONDS); log: ${LOGS[i]}"
        in_foreground sleep 0.5
      done
    done
  done
  check_alive
}

answers() {
  in_foreground curl --silent --noproxy '*' --max-time 10 --output /dev/null "http://127.0.0.1:$1$CHAT"
}

# Ends the script when a process has ended, and shows its last words.
check_alive() {
  local i code
  for i in "${!PIDS[@]}"; do
    if ! kill -0 "${PIDS[i]}" 2>/dev/null; then
      wait "${PIDS[i]}" && code=0 || code=$?
      tail -n 20 -- "${LOGS[i]}" >&2
      die "${NAMES[i]}: ended with exit code $code (expected: running); log: ${LOGS[i]}"
    fi
  done
}

run_benchmark() {
  say "Benchmark: $NUM_PROMPTS prompts"
  in_foreground vllm bench serve \
    --model "$MODEL" \
    --backend openai-chat \
    --endpoint "$CHAT" \
    --dataset-name hf \
    --dataset-path lmarena-ai/VisionArena-Chat \
    --seed 0 \
    --num-prompts "$NUM_PROMPTS" \
    --port "$PROXY_PORT" || failed "vllm bench serve" $?
}

# One request with an image that the workers read from MEDIA_PATH.
ask_about_local_image() {
  local answer=$LOG_PATH/answer.json body
  say "Request with the local image $IMAGE"
  printf -v body '{"model":"%s","messages":[{"role":"user","content":[%s,%s]}]}' \
    "$MODEL" \
    "{\"type\":\"image_url\",\"image_url\":{\"url\":\"$(file_url "$IMAGE")\"}}" \
    '{"type":"text","text":"What is in this image?"}'
  in_foreground curl --silent --show-error --noproxy '*' --output "$answer" --write-out '%{http_code}\n' \
    --header 'Content-Type: application/json' --data "$body" \
    "http://127.0.0.1:$PROXY_PORT$CHAT" >"$answer.status" || failed curl $?
  cat -- "$answer"
  say
  [[ $(<"$answer.status") == 200 ]] ||
    failed "the request: status $(<"$answer.status") (expected: 200)" 22
  say "Done"
}

# file_url PATH: any byte that has a meaning in a URL or in JSON is escaped.
file_url() {
  local LC_ALL=C path=$1 url=file:// i char
  for ((i = 0; i < ${#path}; i++)); do
    char=${path:i:1}
    case $char in
      [a-zA-Z0-9/._~-]) url+=$char ;;
      *) printf -v url '%s%%%02X' "$url" "$(($(printf '%d' "'$char") & 255))" ;;
    esac
  done
  printf '%s' "$url"
}

# in_foreground COMMAND...: the same, but a signal to the script need not wait for the command's end.
in_foreground() {
  set -m
  "$@" </dev/null &
  set +m
  FOREGROUND=$!
  local code=0
  wait "$FOREGROUND" || code=$?
  FOREGROUND=
  return "$code"
}
FOREGROUND=

# failed WHAT CODE: the cause is a process that ended, if there is one.
failed() {
  check_alive
  printf '%s: failed; logs: %s\n' "$1" "$LOG_PATH" >&2
  exit "$2"
}

# Ends every process group, politely first.
stop_all() {
  local code=$? i end
  trap '' HUP INT TERM USR1
  trap - EXIT
  if [[ -n $FOREGROUND ]]; then
    kill -TERM -- "-$FOREGROUND" 2>/dev/null || true
  fi
  for ((i = ${#PIDS[@]} - 1; i >= 0; i--)); do
    say "Stopping ${NAMES[i]}"
    kill -TERM -- "-${PIDS[i]}" 2>/dev/null || true
  done
  end=$((SECONDS + STOP_SECONDS))
  for i in "${!PIDS[@]}"; do
    while kill -0 "${PIDS[i]}" 2>/dev/null && ((SECONDS < end)); do
      sleep 0.1
    done
    kill -KILL -- "-${PIDS[i]}" 2>/dev/null || true
  done
  if [[ -n $FOREGROUND ]]; then
    kill -KILL -- "-$FOREGROUND" 2>/dev/null || true
  fi
  exit "$code"
}
