"""The splits of a data set."""

from typing import Literal, get_args

Split = Literal["train", "validation", "validation2", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)  # in the order in which they are listed
TextSplit = Literal["train", "validation", "test"]  # a text has one validation split
TEXT_SPLITS: tuple[TextSplit, ...] = get_args(TextSplit)
