#!/bin/sh
# Trains everything, in two one-thread lanes side by side; each stage goes on where it was stopped.
# usage: training/run-lanes.sh STAGE...   runs the stages one after another
set -eu
cd "$(dirname "$0")"
mkdir -p .work/logs
for stage in "$@"; do
  .venv/bin/python -m picturebook.train "$stage" >>".work/logs/$stage.log" 2>&1
done
