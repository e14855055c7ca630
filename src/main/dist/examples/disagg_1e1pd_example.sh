#!/usr/bin/env bash
# Encode apart from prefill and decode (1E1PD) on one machine: starts two vLLM workers and the router,
# runs a benchmark through it, sends one request with a local image, and stops everything again.
# Each variable below can be set from outside; common.sh has those that both examples share.
set -euo pipefail

# Ports
ENCODE_PORT=${ENCODE_PORT:-19534}
PREFILL_DECODE_PORT=${PREFILL_DECODE_PORT:-19535}

# GPUs
GPU_E=${GPU_E:-0}
GPU_PD=${GPU_PD:-1}

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

prepare "$ENCODE_PORT" "$PREFILL_DECODE_PORT"

start_encode_worker "$ENCODE_PORT" "$GPU_E"

start_worker prefill-decode "$PREFILL_DECODE_PORT" "$GPU_PD" \
  --gpu-memory-utilization 0.7 \
  --ec-transfer-config "$(ec_config ec_consumer)"

wait_for encode prefill-decode

start_router \
  --encode-servers-urls "http://127.0.0.1:$ENCODE_PORT" \
  --prefill-servers-urls disable \
  --decode-servers-urls "http://127.0.0.1:$PREFILL_DECODE_PORT"

run_benchmark
ask_about_local_image
