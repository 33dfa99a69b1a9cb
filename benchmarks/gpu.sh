#!/bin/bash
# What a GPU is needed for, in separate steps; each writes its results to OUT as JSON, and is stopped
# after LIMIT seconds (540).
#
#   benchmarks/gpu.sh test OUT             the tests that need CUDA, and a race check
#   benchmarks/gpu.sh speed OUT            milliseconds of a training step
#   benchmarks/gpu.sh cells OUT            the same of LSTM, layer-norm and hyper cells
#   benchmarks/gpu.sh train OUT DATA NAME STEPS
#                                          trains network NAME of benchmarks/gpu.yaml on the tables
#                                          of DATA (a folder such as results/iam); START names a
#                                          model file to start from. The same command continues a
#                                          stopped training while CHECKPOINTS (OUT) has its files
#   benchmarks/gpu.sh loss OUT DATA MODEL  log-losses of a network of ink, in three scales
#   benchmarks/gpu.sh read OUT DATA MODEL  errors of a recogniser, without and with n-grams
#   benchmarks/gpu.sh write OUT DATA MODEL RECOGNISER
#                                          lines that MODEL writes, as RECOGNISER reads them
#
# With PENTRACE_TINY=1 each runs on a CPU, as small as possible. PYTHON names the interpreter.
set -euo pipefail
step=$1 out=$2
here=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
tiny=${PENTRACE_TINY:-}
limit=${LIMIT:-540}
export PYTHONPATH=$here/src:$here/benchmarks:$here${PYTHONPATH:+:$PYTHONPATH} PYTHONUNBUFFERED=1
mkdir -p "$out"
# A command gets what the earlier ones of the step have left of the time. SIGINT ends a training in
# order: it says from which step the same command continues. In the foreground, Ctrl-C reaches it too.
limited() {
  local left=$((limit - SECONDS))
  timeout --foreground --signal INT --kill-after 20 "$((left > 1 ? left : 1))" "$@"
}
pentrace() { limited "$python" -m pentrace "$@"; }

run_tests() {
  limited "$python" -m pytest -q -p no:cacheprovider --junitxml "$out/tests.xml" \
    "$here/tests/networks/soft_window" "$here/tests/networks/test_cells.py" 2>&1 |
    tee "$out/tests.txt" || true
  "$python" "$here/benchmarks/gpu_report.py" tests "$out/tests.xml" "$out/tests.json"
  if [ -z "$tiny" ] && command -v compute-sanitizer >/dev/null; then
    limited compute-sanitizer --tool racecheck "$python" -m pytest -q -p no:cacheprovider \
      "$here/tests/networks/soft_window/test_cuda.py" -k "kernel or graph" 2>&1 |
      tail -n 30 | tee "$out/racecheck.txt" || true
  fi
}

train() {
  local data=$1 name=$2 steps=$3 folder=$out/$2 settings
  settings=$("$python" "$here/benchmarks/gpu_settings.py" "$name" "$steps" ${tiny:+--tiny})
  mkdir -p "$folder"
  pentrace train --data "$data" --settings "$settings" ${START:+--start "$START"} \
    --out-model "$folder/model.safetensors" --out-history "$folder/history.parquet" \
    --checkpoints "${CHECKPOINTS:-$out}/$name-checkpoints" --threads 2 \
    2>&1 | tr '\r' '\n' | grep -v "points/s" | tee "$folder/train.txt"
  "$python" "$here/benchmarks/gpu_report.py" history "$folder/history.parquet" "$folder/train.json"
}

read_lines() {
  local data=$1 model=$2 order
  for order in 0 6; do
    pentrace recognise --model "$model" --data "$data" --order "$order" --threads 4 \
      --out-metrics "$out/read-$order.json" --out-lines "$out/read-$order.parquet"
  done
}

write_lines() {
  local data=$1 model=$2 recogniser=$3 lines=60
  [ -z "$tiny" ] || lines=2
  pentrace rewrite --model "$model" --data "$data" --out "$out/written" --check window \
    --bias 0.5 --bias 1 --lines "$lines"
  pentrace recognise --model "$recogniser" --data "$data" --written "$out/written" \
    --out-metrics "$out/written.json" --out-lines "$out/written.parquet"
}

case $step in
  test) run_tests ;;
  speed) limited "$python" "$here/benchmarks/gpu.py" --out "$out/speed.json" ${tiny:+--tiny} ;;
  cells) limited "$python" "$here/benchmarks/cells.py" --out "$out/cells.json" ${tiny:+--tiny} ;;
  train) train "$3" "$4" "$5" ;;
  loss) limited "$python" "$here/benchmarks/log_losses.py" "$4" --data "$3" --out "$out/loss.json" ;;
  read) read_lines "$3" "$4" ;;
  write) write_lines "$3" "$4" "$5" ;;
  *) sed -n 's/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
