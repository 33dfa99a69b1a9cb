#!/usr/bin/env bash
# Runs the preset smoke on a Slurm of two simulated nodes, ends a node in the middle of it, and
# compares the results with those of a run on this machine only. It needs root and Debian, and
# takes some minutes: each job starts Snakemake twice. If FOLDER has the run on this machine from an
# earlier call, only the other one is made again.
#
#   tests/slurm/smoke.sh FOLDER [TARGET ...]   targets as for snakemake
set -euo pipefail

project=$(realpath "$(dirname "$0")/../..")
folder=$(realpath -m "$1")
shift
snakemake=${SNAKEMAKE:-$project/.venv/bin/snakemake}
preset=(--configfile workflow/presets/smoke.yaml --)

# A folder with the project in it, and no results.
checkout() {
    mkdir -p "$1"
    for part in Snakefile workflow src profiles benchmarks config.yaml; do ln -s "$project/$part" "$1"; done
}

# Results are compared except for what says when and where they were made.
compare() {
    diff -rq -x '.*' -x run.json -x report.html "$folder/here/results-smoke" "$folder/slurm/results-smoke"
}

[ -d "$folder/here" ] || checkout "$folder/here"
(cd "$folder/here" && "$snakemake" --cores 2 "${preset[@]}" "$@")

"$project/tests/slurm/two_nodes.sh" start "$folder/nodes"
trap '"$project/tests/slurm/two_nodes.sh" stop "$folder/nodes"' EXIT
export SLURM_CONF=$folder/nodes/slurm.conf PATH=$folder/nodes/bin:$PATH

rm -rf "$folder/slurm"
checkout "$folder/slurm"
begun=$SECONDS
(cd "$folder/slurm" && exec "$snakemake" --workflow-profile profiles/slurm --jobs 4 \
    --slurm-status-command squeue --slurm-init-seconds-before-status-checks 5 "${preset[@]}" "$@") &
run=$!
# Jobs go to node1 first. It is ended as soon as a table of points shows that jobs really run.
until ls "$folder"/slurm/results-smoke/*/points/*.parquet > /dev/null 2>&1; do
    kill -0 $run
    sleep 1
done
until [ -n "$(squeue -h -w node1 -t running -o %i)" ]; do sleep 0.2; done
echo "node1 ends with the jobs $(squeue -h -w node1 -t running -o %i | xargs)"
"$project/tests/slurm/two_nodes.sh" kill "$folder/nodes" node1
wait $run
echo "Slurm ended the run after $((SECONDS - begun)) s"
compare
echo "The results have the same bytes"
