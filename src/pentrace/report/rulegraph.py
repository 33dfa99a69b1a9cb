"""The rule graph of Snakemake as SVG, laid out in layers, without Graphviz.

Sugiyama, Tagawa and Toda (1981): layers by longest path, order within a layer by barycentres,
each long edge drawn through a separate place in every layer that it crosses.
"""

import re
from collections.abc import Iterable
from html import escape
from itertools import pairwise

import networkx as nx

from pentrace.errors import PentraceError

NODE = re.compile(r'^\s*(\d+)\s*\[\s*label\s*=\s*"((?:[^"\\]|\\.)*)"')
EDGE = re.compile(r"^\s*(\d+)\s*->\s*(\d+)")
SWEEPS = 12
LETTER, HEIGHT, GAP, LAYER = 7.0, 24.0, 14.0, 54.0  # pixels of the SVG

Layers = list[list[str]]


def parse_dot(text: str, name: str = "rule graph") -> nx.DiGraph:
    """The graph of rules, from the output of `snakemake --rulegraph`.

    Lines that are neither nodes nor edges are messages of Snakemake, and are ignored. A rule may
    depend on itself: training can start from another network. Its label says so, and the edge is
    left out. Raises `PentraceError` if there is no rule, or if the graph has another cycle.
    """
    graph = nx.DiGraph()
    for line in text.splitlines():
        if node := NODE.match(line):
            # After the name of the rule, a label may have `\n` and the values of wildcards.
            graph.add_node(node[1], label=node[2].split("\\n")[0].replace('\\"', '"'))
        elif edge := EDGE.match(line):
            graph.add_edge(edge[1], edge[2])
    for node in list(nx.nodes_with_selfloops(graph)):
        graph.remove_edge(node, node)
        graph.nodes[node]["label"] = (
            f"{graph.nodes[node].get('label', node)} (one starts from another)"
        )
    if not graph or not nx.is_directed_acyclic_graph(graph):
        raise PentraceError(
            f"{name}: not the output of snakemake --rulegraph; remove it and run snakemake again"
        )
    return graph


def svg(graph: nx.DiGraph) -> str:
    """`graph` as an SVG element. Data flow downward; edges that other edges imply are left out.

    The page sets the colours of the classes `rule` and `edge`.
    """
    reduced = nx.transitive_reduction(graph)
    labels = {n: str(graph.nodes[n].get("label", n)) for n in graph}
    layers, chains = _layers(reduced)
    order = _ordered(layers, chains)
    width = {
        n: LETTER * len(labels[n]) + 16 if n in labels else 6.0 for layer in order for n in layer
    }
    x = _across(order, chains, width)
    y = {n: i * LAYER for i, layer in enumerate(order) for n in layer}
    left = min(x[n] - width[n] / 2 for n in x) - 2
    right = max(x[n] + width[n] / 2 for n in x) + 2
    tall = (len(order) - 1) * LAYER + HEIGHT + 4
    box = f"{left:.1f} {-HEIGHT / 2 - 2:.1f} {right - left:.1f} {tall:.1f}"
    parts = [_edge(chain, x, y) for chain in chains]
    parts += [
        _rule(labels[n], x[n], y[n], width[n]) for layer in order for n in layer if n in labels
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="rule graph" '
        f'viewBox="{box}" style="min-width:{0.6 * (right - left):.0f}px;'
        f'max-width:{1.3 * (right - left):.0f}px">{"".join(parts)}</svg>'
    )


def _layers(graph: nx.DiGraph) -> tuple[Layers, list[list[str]]]:
    """Nodes by layer, with places for long edges; and each edge as the nodes on its way."""
    depth = {n: i for i, layer in enumerate(nx.topological_generations(graph)) for n in layer}
    layers: Layers = [[] for _ in range(max(depth.values()) + 1)]
    for node in sorted(depth, key=lambda n: (len(n), n)):
        layers[depth[node]].append(node)
    chains = []
    for start, end in sorted(graph.edges):
        between = [f"{start}>{end}@{i}" for i in range(depth[start] + 1, depth[end])]
        for i, place in enumerate(between, depth[start] + 1):
            layers[i].append(place)
        chains.append([start, *between, end])
    return layers, chains


def _neighbours(chains: list[list[str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Neighbours of each node in the layer above, and in the layer below."""
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for chain in chains:
        for upper, lower in pairwise(chain):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    return above, below


def _ordered(layers: Layers, chains: list[list[str]]) -> Layers:
    """The order within each layer with the fewest crossings, of all sweeps down and up."""
    above, below = _neighbours(chains)
    best, order = layers, [list(layer) for layer in layers]
    for sweep in range(SWEEPS):
        near, ways = (above, order) if sweep % 2 == 0 else (below, order[::-1])
        for fixed, free in pairwise(ways):
            place = {n: i / max(len(fixed) - 1, 1) for i, n in enumerate(fixed)}
            here = {n: i / max(len(free) - 1, 1) for i, n in enumerate(free)}
            free.sort(key=lambda n: _mean((place[m] for m in near.get(n, [])), here[n]))
        if _crossings(order, below) < _crossings(best, below):
            best = [list(layer) for layer in order]
    return best


def _crossings(order: Layers, below: dict[str, list[str]]) -> int:
    count = 0
    for upper, lower in pairwise(order):
        place = {n: i for i, n in enumerate(lower)}
        ends = [place[m] for n in upper for m in sorted(below.get(n, []), key=place.__getitem__)]
        count += sum(a > b for i, a in enumerate(ends) for b in ends[i + 1 :])
    return count


def _mean(values: Iterable[float], default: float) -> float:
    found = list(values)
    return sum(found) / len(found) if found else default


def _across(order: Layers, chains: list[list[str]], width: dict[str, float]) -> dict[str, float]:
    """x of the centre of each node: near the mean of its neighbours, without overlaps."""
    above, below = _neighbours(chains)
    x = {n: 0.0 for layer in order for n in layer}
    for layer in order:
        x.update(_apart(layer, x, width))
    for sweep in range(SWEEPS):
        near = above if sweep % 2 else below
        for layer in order if sweep % 2 else order[::-1]:
            wish = {n: _mean((x[m] for m in near.get(n, [])), x[n]) for n in layer}
            x.update(_apart(layer, wish, width))
    return x


def _apart(layer: list[str], wish: dict[str, float], width: dict[str, float]) -> dict[str, float]:
    """Positions near `wish`, in order, with a gap between boxes; the mean of two greedy passes."""
    room = [(width[a] + width[b]) / 2 + GAP for a, b in pairwise(layer)]
    right = [wish[n] for n in layer]
    left = list(right)
    for i, r in enumerate(room):
        right[i + 1] = max(right[i + 1], right[i] + r)
    for i in range(len(room) - 1, -1, -1):
        left[i] = min(left[i], left[i + 1] - room[i])
    return {n: (a + b) / 2 for n, a, b in zip(layer, left, right, strict=True)}


def _edge(chain: list[str], x: dict[str, float], y: dict[str, float]) -> str:
    """A smooth line from the lower side of the first node to the upper side of the last."""
    points = [(x[n], y[n]) for n in chain]
    points[0] = (points[0][0], points[0][1] + HEIGHT / 2)
    points[-1] = (points[-1][0], points[-1][1] - HEIGHT / 2)
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (y0 + y1) / 2
        path += f"C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}"
    return f'<path class="edge" d="{path}"/>'


def _rule(label: str, x: float, y: float, width: float) -> str:
    return (
        f'<g class="rule"><rect x="{x - width / 2:.1f}" y="{y - HEIGHT / 2:.1f}" '
        f'width="{width:.1f}" height="{HEIGHT}" rx="5"/>'
        f'<text x="{x:.1f}" y="{y + 4:.1f}">{escape(label)}</text></g>'
    )
