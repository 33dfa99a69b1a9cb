#!/usr/bin/env bash
# A Slurm of two simulated nodes on this machine, for tests. It needs root and Debian's packages.
#
#   tests/slurm/two_nodes.sh start FOLDER      install if needed, start; all its files are in FOLDER
#   export SLURM_CONF=FOLDER/slurm.conf PATH=FOLDER/bin:$PATH   then sinfo, sbatch and squeue use it
#   tests/slurm/two_nodes.sh kill FOLDER node1 end a node with all that runs on it, as a power cut
#   tests/slurm/two_nodes.sh stop FOLDER
set -euo pipefail

action=$1 folder=$(realpath -m "$2") node=${3:-}
ports=(17002 17003 17004)

install_packages() {
    command -v slurmctld slurmd munged sbatch > /dev/null && return
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y install slurmctld slurmd slurm-client munge > /dev/null
}

# munge refuses folders that others may write to, and runs as its own user.
start_munge() {
    install -d -m 755 -o munge "$folder/munge"
    head -c 1024 /dev/urandom > "$folder/munge/key"
    chown munge "$folder/munge/key"
    chmod 400 "$folder/munge/key"
    runuser -u munge -- munged --key-file "$folder/munge/key" --socket "$folder/munge/socket" \
        --pid-file "$folder/munge/pid" --log-file "$folder/munge/log" --seed-file "$folder/munge/seed"
}

# Without accounting; a job whose node is lost is started again (JobRequeue) after some seconds.
configure() {
    cat > "$folder/slurm.conf" << END
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmUser=root
AuthInfo=socket=$folder/munge/socket,cred_expire=5
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SlurmdTimeout=10
JobRequeue=1
ReturnToService=2
MpiDefault=none
NodeName=node1 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=${ports[1]} CPUs=2 RealMemory=32000 State=UNKNOWN
NodeName=node2 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=${ports[2]} CPUs=2 RealMemory=32000 State=UNKNOWN
PartitionName=main Nodes=node1,node2 Default=YES MaxTime=INFINITE State=UP
END
}

# Snakemake's plugin asks sacct when scontrol does not answer within 10 s. Without accounting sacct
# fails, and the plugin then waits for its jobs for ever. This one answers from squeue.
answer_for_sacct() {
    mkdir -p "$folder/bin"
    cat > "$folder/bin/sacct" << 'END'
#!/bin/sh
case "$*" in *JobIdRaw,State*) exec squeue --states=all --noheader --format='%i|%T' ;; esac
END
    chmod +x "$folder/bin/sacct"
}

# A namespace of processes for each node: it ends as one. Snakemake's plugin removes SLURM_CONF from
# the environment of a job, so the nodes have the configuration in its usual place.
start_node() {
    mkdir -p "$folder/$1" "$folder/etc"
    cp "$folder/slurm.conf" "$folder/etc"
    setsid unshare --pid --fork --kill-child --mount-proc sh -c \
        "mount --bind '$folder/etc' /etc/slurm && exec slurmd -D -N $1 -f '$folder/slurm.conf'" \
        < /dev/null > "$folder/$1.out" 2>&1 &
    echo $! > "$folder/$1.unshare"
}

kill_node() {
    kill -9 "$(cat "$folder/$1.unshare")" 2> /dev/null || :
}

case $action in
    start)
        mkdir -p "$folder/state"
        chmod 755 "$folder"
        install_packages
        start_munge
        configure
        answer_for_sacct
        export SLURM_CONF=$folder/slurm.conf
        slurmctld -f "$folder/slurm.conf"
        start_node node1
        start_node node2
        for _ in $(seq 60); do
            [ "$(sinfo -h -t idle -o %D 2> /dev/null)" = 2 ] && exit 0
            sleep 1
        done
        echo "The nodes did not start; see $folder/*.log" >&2
        exit 1
        ;;
    kill) kill_node "$node" ;;
    stop)
        kill_node node1
        kill_node node2
        kill "$(cat "$folder/slurmctld.pid")" "$(cat "$folder/munge/pid")" 2> /dev/null || :
        ;;
esac
