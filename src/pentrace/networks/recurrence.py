"""Products of a state with one weight in a loop over steps, for autograd."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from pentrace.networks.products import Product, summed_products


class Recurrence:
    """addend[t] + x W^T for one step t after the other.

    Autograd would add a derivative of W at each step. Here it is one product over all steps, and
    the products of the loop use weights that are reordered once. The addends and x are
    differentiated as usual.
    """

    def __init__(self, addend: Tensor, weight: Tensor) -> None:
        """addend (T, B, O), weight W (O, I); under autocast on a CPU, products are in bfloat16."""
        self.products = _Products(addend, weight)
        self.addends = _WithWeight.apply(addend, weight, self.products).unbind(0)

    def __call__(self, step: int, x: Tensor) -> Tensor:
        """(B, O) for x (B, I)."""
        if self.products.kept:
            self.products.read.append(x.detach())
        return _Sum.apply(x, self.addends[step], self.products)


class _Products:
    """What the backward passes need. It must not refer to the addends.

    They refer to it through the graph of autograd, where Python finds no cycles: both would stay in
    memory for ever.
    """

    def __init__(self, addend: Tensor, weight: Tensor) -> None:
        rows, plain = addend.shape[1], weight.detach()
        self.half = not addend.is_cuda and torch.is_autocast_enabled("cpu")
        plain = plain.bfloat16() if self.half else plain
        self.kept = torch.is_grad_enabled() and weight.requires_grad
        self.read: list[Tensor] = []
        self.forward, self.backward = Product(plain.t(), rows), Product(plain, rows)


class _Sum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, addend: Tensor, products: _Products) -> Tensor:
        ctx.products = products
        return products.forward(x).to(x.dtype).add_(addend)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_sum: Tensor) -> tuple[Tensor | None, ...]:
        return ctx.products.backward(d_sum).to(d_sum.dtype), d_sum, None


class _WithWeight(torch.autograd.Function):
    """The addends; their derivatives are those of the products, and give that of the weight."""

    @staticmethod
    def forward(ctx: Any, addend: Tensor, weight: Tensor, products: _Products) -> Tensor:
        ctx.products, ctx.dtype = products, weight.dtype
        return addend.view_as(addend)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_sum: Tensor) -> tuple[Tensor | None, ...]:
        kind = torch.bfloat16 if ctx.products.half else d_sum.dtype
        read = torch.cat(ctx.products.read).to(kind)
        return d_sum, summed_products(d_sum.flatten(0, 1).to(kind), read).to(ctx.dtype), None
