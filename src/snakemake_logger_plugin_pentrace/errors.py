"""Errors of Snakemake in plain words."""

import re
from collections.abc import Sequence

from pentrace.config.yaml_files import check_file
from pentrace.errors import PentraceError

OURS = {"PentraceError", "UsageError"}  # their messages are written for users
FRAME = re.compile(r'^(\w+ in file ".*", line \d+:|  File ".*", line \d+, in .*)$\n?', re.MULTILINE)
# What is in the message of an error that Snakemake raises as it reads files of settings.
LOADING = ("load_configfile", "Config file is not valid", "Config file must be given")


def in_plain_words(message: str, exception: str, words: Sequence[str]) -> str:
    """The message of an `exception`, shorter where it is for users; `words`: the command line."""
    if exception in OURS:
        return FRAME.sub("", message).strip()
    if any(known in message for known in LOADING):
        return _of_files(["config.yaml", *config_files(words)]) or message
    return message


def _of_files(paths: Sequence[str]) -> str:
    """What is wrong with the first wrong file of settings; empty if all can be read."""
    try:
        for path in paths:
            check_file(path)
    except PentraceError as error:
        return str(error)
    return ""


def config_files(words: Sequence[str]) -> list[str]:
    """The files after `--configfile` in a command line."""
    found, after = [], False
    for word in words:
        if word.startswith("-"):
            option, _, value = word.partition("=")
            after = option in ("--configfile", "--configfiles")
            found += [value] if after and value else []
        elif after:
            found.append(word)
    return found
