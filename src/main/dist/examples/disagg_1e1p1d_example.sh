#!/usr/bin/env bash
# Encode, prefill and decode apart (1E1P1D) on one machine: starts three vLLM workers and the router,
# runs a benchmark through it, sends one request with a local image, and stops everything again.
# Each variable below can be set from outside; common.sh has those that both examples share.
set -euo pipefail

# Ports
ENCODE_PORT=${ENCODE_PORT:-19534}
PREFILL_PORT=${PREFILL_PORT:-19535}
DECODE_PORT=${DECODE_PORT:-19536}

# Ports over which decode fetches KV blocks (NIXL)
PREFILL_SIDE_CHANNEL_PORT=${PREFILL_SIDE_CHANNEL_PORT:-5559}
DECODE_SIDE_CHANNEL_PORT=${DECODE_SIDE_CHANNEL_PORT:-6000}
export UCX_TLS=${UCX_TLS:-all}
export UCX_NET_DEVICES=${UCX_NET_DEVICES:-all}

# GPUs
GPU_E=${GPU_E:-2}
GPU_P=${GPU_P:-2}
GPU_D=${GPU_D:-3}

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

prepare "$ENCODE_PORT" "$PREFILL_PORT" "$DECODE_PORT"

start_encode_worker "$ENCODE_PORT" "$GPU_E"

VLLM_NIXL_SIDE_CHANNEL_PORT=$PREFILL_SIDE_CHANNEL_PORT \
  start_worker prefill "$PREFILL_PORT" "$GPU_P" \
  --gpu-memory-utilization 0.7 \
  --ec-transfer-config "$(ec_config ec_consumer)" \
  --kv-transfer-config '{"kv_connector":"NixlConnector","kv_role":"kv_producer"}'

VLLM_NIXL_SIDE_CHANNEL_PORT=$DECODE_SIDE_CHANNEL_PORT \
  start_worker decode "$DECODE_PORT" "$GPU_D" \
  --gpu-memory-utilization 0.7 \
  --kv-transfer-config '{"kv_connector":"NixlConnector","kv_role":"kv_consumer"}'

wait_for encode prefill decode

start_router \
  --encode-servers-urls "http://127.0.0.1:$ENCODE_PORT" \
  --prefill-servers-urls "http://127.0.0.1:$PREFILL_PORT" \
  --decode-servers-urls "http://127.0.0.1:$DECODE_PORT"

run_benchmark
ask_about_local_image
