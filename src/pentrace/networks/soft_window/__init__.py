"""The soft window of the synthesis network: layer, steps, Triton kernels, CUDA graphs."""
