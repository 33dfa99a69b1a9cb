"""Training: gradient descent on batches of offsets, resumable to the byte."""

import os

# A training step allocates and frees some 600 MB. With pages of 4 kB this takes a sixth of the CPU
# time, with pages of 2 MB almost none. PyTorch reads this variable when it is first imported, and
# asks for large pages. If there are none, nothing changes.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
