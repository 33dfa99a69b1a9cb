// A line of one's own ink as a style, as in write/style.py.

/** {steps, text}: the ink {strokes, text, down} as normalised steps; times are in ms or s.
 *
 * The network continues the line, so it must know the text; one with an encoder of hands can do
 * without a text.
 */
function styleOfInk(ink, settings) {
  const given = (ink.text ?? "").normalize("NFC").trim();
  if (!given && !settings.style_size) throw new Error("The file does not contain its text. Add it as “text”.");
  const text = knownText(given, settings.alphabet);
  let points = ink.strokes.flatMap((stroke, number) => stroke.map(([x, y, t]) => ({
    x, y: ink.down ? -y : y, t: t ?? NaN, stroke: number,
  })));
  const seconds = inSeconds(points);
  points = points.map((point) => ({ ...point, t: point.t * seconds }));
  const flat = turned(points.map((p) => p.x), points.map((p) => p.y));
  const characters = [...given].length || estimated(flat);
  points = points.map((point, i) => ({ ...point, x: flat.x[i], y: flat.y[i] }));
  return { steps: offsetsOf(atRateOfData(points, characters)), text };
}

function knownText(text, alphabet) {
  const known = substituted(text, alphabet), unknown = unknownIn(known, alphabet);
  if (unknown.length) throw new Error(`The network does not know ${unknown.join(" ")}. Copy another text.`);
  return known;
}

/** Why ink may be a poor style for its text, in a sentence; empty if nothing shows it: `_warning`. */
function doubtAbout({ strokes, text, down }) {
  const points = strokes.flat(), letters = [...(text ?? "").normalize("NFC").trim()].length;
  const looks = estimated(turned(points.map(([x]) => x), points.map(([, y]) => (down ? -y : y))));
  const characters = letters || looks, longer = letters / looks;
  if (points.length < FEW * characters) {
    return `Only ${counted(points.length, "point")} for ${counted(characters, "character")}, so the style may be lost. Write the complete text.`;
  }
  if (!letters || Math.max(letters, looks) < SHORT || (1 / MISFIT <= longer && longer <= MISFIT)) return "";
  return `The text has ${counted(letters, "character")}, but the ink looks like about ${looks}. Check that the text is what the ink says.`;
}

/** How many characters a line of ink has, if its height is that of usual writing. */
function estimated({ x, y }) {
  const height = percentile(y, 0.95) - percentile(y, 0.05);
  return height > 0 ? Math.max(1, rounded(((LINE_HEIGHT / CHARACTER_WIDTH) * span(x)) / height)) : 1;
}

/** Points at the scale and the rate of the data of the network. */
function atRateOfData(points, characters) {
  const once = cleaned(scaled(points, 1));
  const wide = Math.fround(span(once.map((p) => p.x))), high = span(once.map((p) => p.y));
  if (!(wide > 0) || high > 10 * Math.max(characters, 3) * wide) {
    throw new Error("The ink has almost no width. Write one line.");
  }
  const ready = cleaned(scaled(points, (characters * CHARACTER_WIDTH) / wide));
  if (ready.every((point, i) => !i || point.stroke !== ready[i - 1].stroke)) {
    throw new Error("Each stroke has one point only. Write one line with your pen.");
  }
  const found = cleaned(snapped(resampled(ready, characters), CHARACTER_WIDTH / GRID));
  if (found.length > LONGEST_STYLE) throw new Error("The line is too long. Give a shorter line.");
  return found;
}

const span = (values) => Math.max(...values) - Math.min(...values);

/** 0.001 if the times are in ms, else 1: pens record 20 to 1000 points per second. */
function inSeconds(points) {
  const steps = points.slice(1)
    .map((point, i) => (point.stroke === points[i].stroke ? point.t - points[i].t : 0))
    .filter((step) => step > 0);
  return steps.length && median(steps) < 0.5 ? 1 : 1e-3;
}

function scaled(points, scale) {
  const [first] = points;
  return points.map((point) => ({
    ...point,
    x: Math.fround((point.x - first.x) * scale), y: Math.fround((point.y - first.y) * scale),
  }));
}

/** Without points at the position of the one before, and without times that go back. */
function cleaned(points) {
  const same = (a, b) => a.stroke === b.stroke && a.x === b.x && a.y === b.y;
  const moved = points.filter((point, i) => !i || !same(point, points[i - 1]));
  return moved.filter((point, i) => !i || point.stroke !== moved[i - 1].stroke || !(moved[i - 1].t - point.t > 0));
}

/** As many points along the strokes as in the data, at the rate of the data: see `_resampled`. */
function resampled(points, characters) {
  const begins = points.map((point, i) => !i || point.stroke !== points[i - 1].stroke);
  let way = points.map((point, i) =>
    begins[i] ? 0 : Math.min(Math.max(point.t - points[i - 1].t, 0), LONGEST_REST));
  const [slow, usual, fast] = POINTS.map((count) => count * characters);
  let count = sum(way) / RATE;
  if (count > 0) count = Math.min(Math.max(count, slow), fast);
  else {
    [points, way] = assumedTimes(points);
    count = usual;
  }
  return spread(points, way, sum(way) / count);
}

/** Points along all strokes at the spacing nearest to `spacing`; `way`: as in resample.py. */
function spread(points, way, spacing) {
  const total = summed(way);
  return startsOf(points).flatMap((begin, number, starts) => {
    const last = (starts[number + 1] ?? points.length) - 1;
    return spaced(points, total, begin, last, spacing).map((point) => ({ ...point, stroke: number }));
  });
}

/** The sums of all values up to each. */
function summed(values) {
  let far = 0;
  return values.map((value) => (far += value));
}

/** Where each stroke begins. */
const startsOf = (points) =>
  points.flatMap((point, i) => (!i || point.stroke !== points[i - 1].stroke ? [i] : []));

/** The distance of each point from the previous point of its stroke, else 0. */
const travelled = (points) => points.map((point, i) =>
  (!i || point.stroke !== points[i - 1].stroke ? 0 : Math.hypot(point.x - points[i - 1].x, point.y - points[i - 1].y)));

/** Points of one stroke, evenly spread at the spacing nearest to `spacing`, with both ends.
 *
 * `total` are times or lengths from the first point of all, as in resample.py: ties break alike.
 */
function spaced(points, total, begin, last, spacing) {
  const extent = total[last] - total[begin];
  const near = rounded((extent / spacing) * 10 ** TIES) / 10 ** TIES;
  const gaps = Math.max(rounded(near), extent > 0 ? 1 : 0);
  return Array.from({ length: gaps + 1 }, (_, i) => {
    if (i === 0 || i === gaps) return { x: points[i ? last : begin].x, y: points[i ? last : begin].y };
    const wanted = total[begin] + (i / gaps) * extent;
    let after = begin + 1;
    while (after < last && total[after] <= wanted) after++;
    const step = total[after] - total[after - 1];
    const part = step > 0 ? Math.min(Math.max((wanted - total[after - 1]) / step, 0), 1) : 0;
    const mix = (axis) => Math.fround(points[after - 1][axis] * (1 - part) + points[after][axis] * part);
    return { x: mix("x"), y: mix("y") };
  });
}

/** To the nearest whole number; halves to the even one, as in NumPy. */
function rounded(value) {
  const near = Math.round(value);
  return Math.abs(value - Math.trunc(value)) === 0.5 ? 2 * Math.round(value / 2) : near;
}

/** Points on a grid, in single precision as in Python, so that ties break alike. */
function snapped(points, grid) {
  const step = Math.fround(grid);
  const onGrid = (value) => Math.fround(rounded(Math.fround(value / step)) * step);
  return points.map((point) => ({ ...point, x: onGrid(point.x), y: onGrid(point.y) }));
}

/** Normalised steps of points, the null step first. */
function offsetsOf(points) {
  return points.map((point, i) => {
    const last = i + 1 === points.length || points[i + 1].stroke !== point.stroke;
    if (!i) return Float32Array.of(0, 0, Number(last));
    const [dx, dy] = [point.x - points[i - 1].x, point.y - points[i - 1].y];
    return Float32Array.of((dx - MEAN[0]) / SD[0], (dy - MEAN[1]) / SD[1], Number(last));
  });
}
