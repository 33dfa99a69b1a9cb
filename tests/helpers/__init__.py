"""What the tests share: small data on disk, small networks, plain references, and ways to run.

`commands` runs subcommands in this process, `processes` runs Python in another, and `checkout` runs
the workflow in a copy of the project. `rows` makes rows of tables. The `small_*` modules make
what a stage finds on disk. `reference` is each network as plainly as it can be written.
"""
