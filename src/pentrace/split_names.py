"""The splits of a data set."""

from typing import Literal, get_args

Split = Literal["train", "validation", "validation2", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)  # in the order in which they are listed
