# One rule for each figure in the table of pentrace.figure_table. A figure depends only on the code of its
# module: a changed title or caption draws no figure again.
OF_NETWORK = "<results>/{dataset}/{network}"


def one_path(option, path):
    """An input that is one file or one folder, with its option on the command line."""
    return path, f"{option} {path}"


def in_shards(option, folder):
    """An input with one file for each shard, with its option."""
    return sharded(f"{folder}/{{shard}}.parquet"), f"{option} {folder}"


def history_without_transfer(w):
    """Input function: the history of the same network without transfer, if the run has one."""
    network = without_transfer(w)
    return f"<results>/{w.dataset}/{network}/history.parquet" if network else []


def anew_option(w):
    history = history_without_transfer(w)
    return f"--anew {history}" if history else ""


def chooser(w):
    """Input function: the recogniser that chooses among candidates; empty if there is none."""
    if CONFIG.recogniser is None:
        return []
    return f"<results>/{w.dataset}/{CONFIG.recogniser}/model.safetensors"


def chooser_option(w):
    path = chooser(w)
    return f"--reader {path}" if path else ""


# Inputs of figures, by their names in the table: files, and the option that names them.
INPUTS = {
    "points": in_shards("--points", "<results>/{dataset}/points"),
    "cleaned": in_shards("--cleaned", "<results>/{dataset}/cleaned"),
    "offsets": in_shards("--offsets", "<results>/{dataset}/offsets"),
    "samples": one_path("--samples", "<results>/{dataset}/samples.parquet"),
    "rejects": one_path("--rejects", "<results>/{dataset}/rejects.parquet"),
    "lines": (lines, "--data <results>/{dataset}"),
    "units": ("<results>/{dataset}/normalisation.json", ""),  # found by --data
    "normalisation": one_path(
        "--normalisation", "<results>/{dataset}/normalisation.json"
    ),
    "reader": (chooser, chooser_option),
    "embedding": one_path("--embedding", "<results>/{dataset}/hands.safetensors"),
    "comparisons": (
        all_scores,
        lambda w: " ".join(f"--scores {p}" for p in all_scores(w)),
    ),
    "verification": one_path("--rates", "<results>/{dataset}/verification.json"),
    "model": one_path("--model", f"{OF_NETWORK}/model.safetensors"),
    "history": one_path("--history", f"{OF_NETWORK}/history.parquet"),
    "generated": one_path("--generated", f"{OF_NETWORK}/samples"),
    "fictional": one_path("--drawn", f"{OF_NETWORK}/fictional"),
    "metrics": one_path("--metrics", f"{OF_NETWORK}/metrics.json"),
    "recognition": one_path("--metrics", f"{OF_NETWORK}/recognition.json"),
    "style": one_path("--metrics", f"{OF_NETWORK}/style.json"),
    "nearest": one_path("--lines", f"{OF_NETWORK}/style.parquet"),
    "discrimination": one_path("--metrics", f"{OF_NETWORK}/discriminate.json"),
    "features": one_path("--features", f"{OF_NETWORK}/trajectory-features.parquet"),
    "alignments": one_path("--alignments", f"{OF_NETWORK}/alignments.parquet"),
    "fits": one_path("--fits", f"{OF_NETWORK}/fits.parquet"),
    "history_without_transfer": (history_without_transfer, anew_option),
}
# Options of figures that come from the configuration.
SETTINGS = {
    "clean": lambda w: f"--settings {shlex.quote(dataset_settings('clean')(w))}",
    "misfit": lambda w: " ".join(f"--limit {limit}" for limit in misfits(w)),
    "counted": lambda w: f"--counted {CONFIG.networks[w.network].counted}",
    "start": lambda w: f"--start {CONFIG.networks[w.network].start}",
}


def figure_options(figure):
    """Parameter function: the options of the command that draws the figure."""
    parts = [INPUTS[name][1] for name in figure.inputs]
    parts += [SETTINGS[name] for name in figure.settings] + [figure.options]
    return lambda w: " ".join(
        in_results(p(w) if callable(p) else p.format(**w)) for p in parts
    )


def caption(figure):
    """Parameter function: the caption. Snakemake does not compare functions of the output."""
    return lambda w, output: figure.caption


def labels(figure):
    """What tells the figure from others in the report of Snakemake."""
    network = {"network": "{network}"} if figure.kinds else {}
    return {"data set": "{dataset}", **network, "figure": figure.title}


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
            report(
                f"<results>/{figure_stem(figure)}.png",
                caption="../report/figure.rst",
                category=figure.category,
                labels=labels(figure),
            ),
        log:
            f"<logs>/{figure_stem(figure)}.log",
        wildcard_constraints:
            dataset=one_of(
                CONFIG.run
                if figure.kinds
                else [d for d in INK if figure in dataset_figures(CONFIG, d)]
            ),
            network=one_of(
                [n for n in CONFIG.learners if figure in network_figures(CONFIG, n)]
            ),
        conda:
            "../envs/pentrace.yaml"
        params:
            figure=figure.command_name,
            options=figure_options(figure),
            note=note,
            caption=caption(figure),
        shell:
            "pentrace plot {params.figure} {params.options} {params.note} --out {output}"
            " > {log} 2>&1"
