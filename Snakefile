# The complete workflow: from raw recordings to tables, networks, new ink and the report.
#   snakemake --cores all                 everything in config.yaml
#   snakemake --cores all tables          only the tables of all data sets
#   snakemake --cores all --configfile workflow/presets/real.yaml
#   snakemake --cores all --configfile workflow/presets/real.yaml -- tables
# A -- ends the list of files of --configfile, or of values of --config, before a target.
from snakemake.utils import min_version

min_version("9.19")


configfile: "config.yaml"


include: "workflow/rules/common.smk"


# In the paths of rules, <results> and <logs> are these folders.
pathvars:
    results=CONFIG.results,
    logs=LOGS,


include: "workflow/rules/sources.smk"
include: "workflow/rules/raw.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/text.smk"
include: "workflow/rules/networks.smk"
include: "workflow/rules/hands.smk"
include: "workflow/rules/discriminate.smk"
include: "workflow/rules/verify.smk"
include: "workflow/rules/plots.smk"
include: "workflow/rules/kanji.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        "<results>/report.html",
        expand("<results>/{dataset}/{card}", dataset=INK, card=CARDS),


rule tables:
    input:
        [f"<results>/{d}/{t}.parquet" for d in CONFIG.run for t in dataset_tables(d)],
        [w for d in CONFIG.run for w in windows(d)],
        expand("<results>/{dataset}/{card}", dataset=INK, card=CARDS),


onstart:
    prepare_folders()
    wait_for_jobs()
    report_replaced()
