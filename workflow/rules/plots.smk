# Figures, a rule each, from the table in pentrace.figures. A figure depends on the code of its own
# module alone: another title or caption draws no figure again.
OF_NETWORK = "results/{dataset}/{network}"


def whole(option, path):
    """An input that is one file, or a folder made as one, with its option on the command line."""
    return path, f"{option} {path}"


def in_shards(option, folder):
    """An input of a file for each shard, with its option."""
    return sharded(f"{folder}/{{shard}}.parquet"), f"{option} {folder}"


def anew_history(w):
    """Input function: the history of the same network without transfer, if the run has one."""
    return f"results/{w.dataset}/{anew(w)}/history.parquet" if anew(w) else []


# The inputs of figures by their names in the table: files, and the option that names them.
INPUTS = {
    "points": in_shards("--points", "results/{dataset}/points"),
    "cleaned": in_shards("--cleaned", "results/{dataset}/cleaned"),
    "offsets": in_shards("--offsets", "results/{dataset}/offsets"),
    "samples": whole("--samples", "results/{dataset}/samples.parquet"),
    "rejects": whole("--rejects", "results/{dataset}/rejects.parquet"),
    "lines": (lines, "--data results/{dataset}"),
    "units": ("results/{dataset}/normalisation.json", ""),  # found by --data
    "normalisation": whole("--normalisation", "results/{dataset}/normalisation.json"),
    "model": whole("--model", f"{OF_NETWORK}/model.safetensors"),
    "history": whole("--history", f"{OF_NETWORK}/history.parquet"),
    "generated": whole("--generated", f"{OF_NETWORK}/samples"),
    "fictional": whole("--drawn", f"{OF_NETWORK}/fictional"),
    "metrics": whole("--metrics", f"{OF_NETWORK}/metrics.json"),
    "recognition": whole("--metrics", f"{OF_NETWORK}/recognition.json"),
    "anew": (anew_history, lambda w: f"--anew {anew_history(w)}" if anew(w) else ""),
}
# Their options from the configuration.
SETTINGS = {
    "clean": lambda w: f"--settings {shlex.quote(dataset_settings('clean')(w))}",
    "counted": lambda w: f"--counted {CONFIG.networks[w.network].counted}",
    "start": lambda w: f"--start {CONFIG.networks[w.network].start}",
}


def figure_options(figure):
    """Parameter function: the options of the command that draws the figure."""
    parts = [INPUTS[name][1] for name in figure.inputs]
    parts += [SETTINGS[name] for name in figure.settings] + [figure.options]
    return lambda w: " ".join(p(w) if callable(p) else p.format(**w) for p in parts)


def figure_stem(figure):
    return f"{{dataset}}/{'{network}/' if figure.kinds else ''}plots/{figure.name}"


for figure in FIGURES:

    rule:
        name:
            f"plot_{figure.name.replace('-', '_')}"
        input:
            **{name: INPUTS[name][0] for name in figure.inputs},
            code=code(f"pentrace.plot.{figure.module}"),
        output:
            f"results/{figure_stem(figure)}.png",
        log:
            f"logs/{figure_stem(figure)}.log",
        wildcard_constraints:
            dataset=one_of(CONFIG.run if figure.kinds else INK),
            network=one_of(
                [n for n in CONFIG.learners if figure in network_figures(CONFIG, n)]
            ),
        conda:
            "../envs/pentrace.yaml"
        params:
            figure=figure.called,
            options=figure_options(figure),
            note=note,
        shell:
            "pentrace plot {params.figure} {params.options} {params.note} --out {output}"
            " > {log} 2>&1"
