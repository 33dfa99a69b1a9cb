"""Training: gradient descent on batches of offsets, resumable to the byte."""

import os

# A training step takes and frees some 600 MB: in pages of 4 kB the system spends a sixth of the
# time of a CPU on handing them out, in pages of 2 MB next to nothing. PyTorch reads this when it
# is first imported; it asks for large pages, and where there are none nothing changes.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
