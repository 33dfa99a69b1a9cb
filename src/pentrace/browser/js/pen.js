// Points to drawn strokes: smooth curves, and a width that decreases with speed; as in page/pen.py.

/** The strokes of a page as drawn: each {x, y, t, width, row, dot}, mm, y DOWNWARD. */
function drawn(page, settings) {
  const extent = extentOf(page);
  let strokes = page.strokes.map(({ points, row }) => ({
    row,
    x: points.map((point) => point[0]),
    y: points.map((point) => page.height - point[1]),
    t: points.map((point) => point[2]),
  })).map((stroke) => ({ ...stroke, dot: isDot(stroke, extent) }));
  const brush = settings.pen === "brush";
  const factor = brush ? factors(strokes) : strokes.map(({ x }) => x.map(() => 1));
  strokes = strokes.map((stroke, i) => ({
    ...steadied(stroke), width: factor[i].map((share) => share * settings.penWidth),
  }));
  return strokes.map((stroke) => thinned(stroke, settings.penWidth));
}

function extentOf(page) {
  const points = page.strokes.flatMap((stroke) => stroke.points);
  const span = (axis) => {
    let low = Infinity, high = -Infinity;
    for (const point of points) [low, high] = [Math.min(low, point[axis]), Math.max(high, point[axis])];
    return high - low;
  };
  return Math.max(span(0), span(1));
}

function isDot({ x, y }, extent) {
  const far = x.map((value, i) => Math.max(Math.abs(value - x[0]), Math.abs(y[i] - y[0])));
  return Math.max(...far) <= NOTHING * extent;
}

function averaged(values, passes) {
  let found = values;
  for (let pass = 0; pass < passes; pass++) {
    found = found.map((value, i) =>
      0.25 * (i ? found[i - 1] : value) + 0.5 * value
        + 0.25 * (i + 1 < found.length ? found[i + 1] : value));
  }
  return found;
}

function steadied(stroke) {
  const fixed = (values) => {
    const smooth = averaged(values, STEADY), last = values.length - 1;
    [smooth[0], smooth[last]] = [values[0], values[last]];
    return smooth;
  };
  return { ...stroke, x: fixed(stroke.x), y: fixed(stroke.y) };
}

const atPoints = (between, count) =>
  Array.from({ length: count }, (_, i) => (i ? between[i - 1] : 0) + (i + 1 < count ? between[i] : 0));

/** Width of the pen at each point, decreasing with speed, in pen widths. */
function factors(strokes) {
  const speeds = strokes.map(({ x, y, t }) => {
    const way = x.slice(1).map((value, i) => Math.hypot(value - x[i], y[i + 1] - y[i]));
    const time = t.slice(1).map((value, i) => Math.max(value - t[i], 0));
    const slow = averaged(atPoints(time, x.length), PASSES);
    return averaged(atPoints(way, x.length), PASSES).map((far, i) => far / Math.max(slow[i], 1e-9));
  });
  const moving = speeds.filter((speed) => speed.length > 1).flat();
  const usual = moving.length ? median(moving) : 0;
  return speeds.map((speed) => speed.map((value) => {
    const ratio = usual > 0 ? value / usual : 1;
    return LEAST + (MOST - LEAST) / (1 + Math.min(ratio, 1e3) ** STEEPNESS);
  }));
}

/** The points that are drawn: those closer together than half the pen are left out. */
function thinned(stroke, penWidth) {
  const { x, y, t, width, row, dot } = stroke;
  if (dot) return { row, dot: true, x: [x[0]], y: [y[0]], t: [t[0]], width: [DOT * penWidth] };
  const apart = APART * penWidth, along = [0];
  for (let i = 1; i < x.length; i++) {
    along.push(along[i - 1] + Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1]));
  }
  const total = along.at(-1), last = x.length - 1;
  const kept = along.map((since, i) => i === 0 || i === last || (
    Math.floor(since / apart) !== Math.floor(along[i - 1] / apart) && total - since > apart / 2));
  const only = (values) => values.filter((_, i) => kept[i]);
  return { row, dot: false, x: only(x), y: only(y), t: only(t), width: only(width) };
}

/** dx, dy per mm of path at each point, from the parabola through it and its neighbours. */
function directions(x, y) {
  const units = x.slice(1).map((value, i) => {
    const [dx, dy] = [value - x[i], y[i + 1] - y[i]], length = Math.hypot(dx, dy);
    return [dx / Math.max(length, 1e-12), dy / Math.max(length, 1e-12), length];
  });
  return x.map((_, i) => {
    const lead = i ? units[i - 1] : [0, 0, 0], tail = units[i] ?? [0, 0, 0];
    if (!(lead[2] > 0 && tail[2] > 0)) return [lead[0] + tail[0], lead[1] + tail[1]];
    const total = lead[2] + tail[2];
    return [0, 1].map((axis) => (lead[axis] * tail[2] + tail[axis] * lead[2]) / total);
  });
}

/** Cubic curves through the points of a stroke moved by `side` [[x, y], ...]: [x1, y1, ..., x4, y4]. */
function curves(stroke, side = null) {
  const x = stroke.x.map((value, i) => value + (side ? side[i][0] : 0));
  const y = stroke.y.map((value, i) => value + (side ? side[i][1] : 0));
  const slope = directions(x, y);
  return x.slice(1).map((endX, i) => {
    const endY = y[i + 1], third = Math.hypot(endX - x[i], endY - y[i]) / 3;
    return [
      x[i], y[i], x[i] + slope[i][0] * third, y[i] + slope[i][1] * third,
      endX - slope[i + 1][0] * third, endY - slope[i + 1][1] * third, endX, endY,
    ];
  });
}

const round = (value) => Math.round(value * 1000) / 1000;
const numbers = (values) => values.map(round).join(" ");

/** Path data of a stroke as one line; `bends`: only these of its curves. */
function linePath(stroke, bends = curves(stroke)) {
  if (!bends.length) return `M${numbers([stroke.x[0], stroke.y[0]])}h${DOT_LENGTH}`;
  return `M${numbers(bends[0].slice(0, 2))}C${bends.map((bend) => numbers(bend.slice(2))).join(" ")}`;
}

/** Path data of the ribbon that a brush draws around a stroke, without the outline of width `least`. */
function ribbonPath(stroke, least) {
  const half = stroke.width.map((width) => Math.max(width - least, 0) / 2);
  const ahead = directions(stroke.x, stroke.y);
  const side = ahead.map(([dx, dy], i) => {
    const length = Math.hypot(dx, dy);
    return length > 1e-9 ? [(-dy / length) * half[i], (dx / length) * half[i]] : [0, half[i]];
  });
  const there = curves(stroke, side);
  const back = curves(stroke, side.map(([dx, dy]) => [-dx, -dy])).reverse();
  const last = stroke.x.length - 1;
  const cap = (i, sign) =>
    `A${numbers([half[i], half[i]])} 0 0 0 ${numbers([stroke.x[i] + sign * side[i][0], stroke.y[i] + sign * side[i][1]])}`;
  const way = (bends, part) => (bends.length ? `C${bends.map((bend) => numbers(part(bend))).join(" ")}` : "");
  return `M${numbers([stroke.x[0] + side[0][0], stroke.y[0] + side[0][1]])}`
    + way(there, (bend) => bend.slice(2)) + cap(last, -1)
    + way(back, (b) => [b[4], b[5], b[2], b[3], b[0], b[1]]) + cap(0, 1) + "z"
    + tips(stroke, ahead, half);
}

/** Circles where a stroke turns back: there the sides of the ribbon are swapped. */
function tips(stroke, ahead, half) {
  return ahead.map(([dx, dy], i) => {
    const sharp = Math.hypot(dx, dy) < SHARP && i > 0 && i < half.length - 1;
    if (!sharp || half[i] < 0.001) return "";
    const radius = half[i], [x, y] = [stroke.x[i], stroke.y[i]];
    const arc = (to) => `A${numbers([radius, radius])} 0 0 0 ${numbers([to, y])}`;
    return `M${numbers([x - radius, y])}${arc(x + radius)}${arc(x - radius)}z`;
  }).join("");
}

/** The pieces of a stroke with about one width: {data, width, begin, end} in mm and s. */
function pieces(stroke, step, narrowest) {
  if (stroke.dot) {
    return [{ data: linePath(stroke), width: stroke.width[0], begin: stroke.t[0], end: stroke.t[0], dot: true }];
  }
  const width = stroke.width.slice(1).map((value, i) => (value + stroke.width[i]) / 2);
  const levelOf = width.map((value) => Math.floor((value - narrowest) / step));
  const found = [], bends = curves(stroke);
  for (let from = 0, to; from < width.length; from = to) {
    to = from + 1;
    while (to < width.length && to - from < LONGEST_PIECE && levelOf[to] === levelOf[from]) to++;
    found.push({
      data: linePath(stroke, bends.slice(from, to)), width: mean(width.slice(from, to)),
      begin: stroke.t[from], end: stroke.t[to], dot: false,
    });
  }
  return found;
}
