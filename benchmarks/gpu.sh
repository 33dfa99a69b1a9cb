#!/bin/bash
# What a GPU is needed for, in separate steps; each writes its results to OUT.
#
#   benchmarks/gpu.sh test OUT             the tests that need CUDA, and a race check
#   benchmarks/gpu.sh speed OUT            milliseconds of a training step
#   benchmarks/gpu.sh train OUT DATA NAME STEPS
#                                          trains network NAME of benchmarks/gpu.yaml on the tables
#                                          of DATA (a folder such as results/iam); START names a
#                                          model file to start from
#
# With PENTRACE_TINY=1 each runs on a CPU, as small as possible. PYTHON names the interpreter.
set -euo pipefail
step=$1 out=$2
here=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
tiny=${PENTRACE_TINY:-}
export PYTHONPATH=$here/src:$here/benchmarks:$here${PYTHONPATH:+:$PYTHONPATH} PYTHONUNBUFFERED=1
mkdir -p "$out"

run_tests() {
  "$python" -m pytest -q -p no:cacheprovider "$here/tests/networks/soft_window" 2>&1 |
    tee "$out/tests.txt" || true
  if [ -z "$tiny" ] && command -v compute-sanitizer >/dev/null; then
    compute-sanitizer --tool racecheck "$python" -m pytest -q -p no:cacheprovider \
      "$here/tests/networks/soft_window/test_cuda.py" -k "kernel or graph" 2>&1 |
      tail -n 30 | tee "$out/racecheck.txt" || true
  fi
}

train() {
  local data=$1 name=$2 steps=$3 folder=$out/$2 settings
  settings=$("$python" "$here/benchmarks/gpu_settings.py" "$name" "$steps" ${tiny:+--tiny})
  mkdir -p "$folder"
  "$python" -m pentrace train --data "$data" --settings "$settings" ${START:+--start "$START"} \
    --out-model "$folder/model.safetensors" --out-history "$folder/history.parquet" \
    --checkpoints "$folder/checkpoints" --threads 2 \
    2>&1 | tr '\r' '\n' | grep -v "points/s" | tee "$folder/train.txt"
}

case $step in
  test) run_tests ;;
  speed) "$python" "$here/benchmarks/gpu.py" --out "$out/speed.json" ${tiny:+--tiny} ;;
  train) train "$3" "$4" "$5" ;;
  *) sed -n 's/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
