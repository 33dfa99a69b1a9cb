"""One thread of BLAS for all that draws.

A step is too small to share. Two threads wait for one another at each product: on a busy machine
this took ten times as long. One thread also gives one result on all numbers of cores.
"""

from threadpoolctl import threadpool_limits

one_thread = threadpool_limits.wrap(limits=1)
