// Lines of ink to pages in mm, as in normalise/positions.py, write/compose.py and page/layout.py.

/** Positions of normalised steps: x and y upward, from 0, and the stroke of each point. */
function positions(steps) {
  const x = [], y = [], stroke = [];
  let atX = 0, atY = 0, count = 0;
  steps.forEach(([dx, dy, ends], n) => {
    if (n) {
      atX += dx * SD[0] + MEAN[0];
      atY += dy * SD[1] + MEAN[1];
    }
    x.push(atX);
    y.push(atY);
    stroke.push(count);
    if (ends > 0.5) count++;
  });
  return { x, y, stroke };
}

const sum = (values) => values.reduce((a, b) => a + b, 0);
const mean = (values) => sum(values) / values.length;

/** The percentile of values, linear between them. */
function percentile(values, share) {
  const sorted = Float64Array.from(values).sort(), at = share * (sorted.length - 1);
  const low = Math.floor(at), high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

const median = (values) => percentile(values, 0.5);

/** The line of `text`, which begins at x = 0, with its baseline at y = 0. */
function level(givenX, givenY, text) {
  const characters = [...text], short = characters.length < SHORT_TEXT;
  let { x, y } = short ? { x: givenX, y: givenY } : turned(givenX, givenY);
  const low = Math.min(...x), wide = Math.max(...x) - low;
  if (short && !characters.some((character) => BELOW.includes(character))) {
    const foot = percentile(y, 0.03);
    return { x: x.map((value) => value - low), y: y.map((value) => value - foot) };
  }
  const parts = Array.from({ length: 20 }, () => []);
  x.forEach((value, i) => {
    const part = wide > 0 ? Math.floor(((value - low) / wide) * 20) : 19;
    parts[Math.min(part, 19)].push(i);
  });
  const used = parts.filter((part) => part.length > 2);
  x = x.map((value) => value - low);
  if (!used.length) {
    const lowest = Math.min(...y);
    return { x, y: y.map((value) => value - lowest) };
  }
  const at = used.map((part) => mean(part.map((i) => x[i] + low)));
  const foot = used.map((part) => percentile(part.map((i) => y[i]), 0.15));
  const slopes = [];
  for (let i = 0; i < at.length; i++) {
    for (let j = i + 1; j < at.length; j++) {
      if (at[i] !== at[j]) slopes.push((foot[i] - foot[j]) / (at[i] - at[j]));
    }
  }
  let slope = slopes.length ? median(slopes) : 0;
  if (short || Math.abs(slope) > STEEPEST) slope = 0;
  const base = median(foot.map((value, i) => value - slope * at[i]));
  y = y.map((value, i) => value - slope * (x[i] + low) - base);
  const height = percentile(y, 0.95) - percentile(y, 0.05);
  const lengths = wide / Math.max(height, 1e-9);
  const share = Math.min(Math.max((lengths - SHORT_LINE) / (LONG_LINE - SHORT_LINE), 0), 1);
  const curve = smoothed(foot.map((value, i) => value - slope * at[i] - base));
  return { x, y: y.map((value, i) => value - share * between(x[i] + low, at, curve)) };
}

/** Means over three of medians over five neighbours, fewer at both ends. */
function smoothed(foot) {
  const medians = foot.map((_, i) => median(foot.slice(Math.max(i - 2, 0), i + 3)));
  return medians.map((_, i) => mean(medians.slice(Math.max(i - 1, 0), i + 2)));
}

/** The value at x of a curve with values at rising places, linear between them, level outside. */
function between(x, places, values) {
  const next = places.findIndex((place) => place > x);
  if (next === 0) return values[0];
  if (next < 0) return values[values.length - 1];
  const part = (x - places[next - 1]) / (places[next] - places[next - 1]);
  return values[next - 1] + (values[next] - values[next - 1]) * part;
}

/** A long line that rises or falls steeply, turned to the horizontal; any other unchanged. */
function turned(x, y) {
  const midX = mean(x), midY = mean(y);
  let xx = 0, xy = 0, yy = 0;
  x.forEach((value, i) => {
    xx += (value - midX) ** 2;
    xy += (value - midX) * (y[i] - midY);
    yy += (y[i] - midY) ** 2;
  });
  const half = Math.hypot((xx - yy) / 2, xy), centre = (xx + yy) / 2;
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const long = centre + half > LONG ** 2 * Math.max(centre - half, 0);
  const steep = Math.abs(angle);
  if (!long || !(Math.atan(STEEP) < steep && steep <= (UPRIGHT * Math.PI) / 180)) return { x, y };
  const c = Math.cos(angle), s = Math.sin(angle);
  return { x: x.map((value, i) => value * c + y[i] * s), y: x.map((value, i) => y[i] * c - value * s) };
}

const levels = new WeakMap(); // of lines: pages are laid out again for each new line

/** Level positions of a drawn line, and the stroke of each point. */
function leveled(line) {
  if (!levels.has(line)) {
    const { x, y, stroke } = positions(line.steps);
    levels.set(line, { ...level(x, y, line.text), stroke });
  }
  return levels.get(line);
}

/** Line `number` moved a little from its place, in mm. */
function strayed(line, number, settings) {
  const clipped = lineNormals(BigInt(settings.seed), number)
    .map((value) => Math.min(Math.max(value, -2), 2) * settings.drift);
  const [left, foot, turn, bow] = clipped, size = settings.size;
  const wide = Math.max(settings.width - 2 * settings.margin, Math.max(...line.x), 1e-9);
  const shift = (x) =>
    size * (FOOT * foot + BOW * bow * Math.sin((Math.PI * x) / wide)) + TURN * turn * x;
  return {
    ...line,
    x: line.x.map((x) => x + size * LEFT * Math.abs(left)),
    y: line.y.map((y, i) => y + shift(line.x[i])),
  };
}

/** The pages of rows of drawn lines; null is an empty line, or one that is not written yet.
 *
 * settings: {width, height, margin, size, spacing, cut, drift, seed, penWidth} in mm. A page is
 * {width, height, strokes: [{points: [[x, y, t], ...], row}], text}, y upward, t in s.
 */
function pages(rows, settings) {
  const scale = settings.size / LINE_HEIGHT;
  let placed = rows.map((line, number) => {
    if (!line) return null;
    const { x, y, stroke } = leveled(line);
    const scaled = { x: x.map((value) => value * scale), y: y.map((value) => value * scale) };
    const own = strayed({ ...scaled, stroke, row: number, text: line.text }, number, settings);
    return settings.cut ? own : squeezed(own, settings);
  });
  const factor = settings.cut ? 1 : shrink(placed.filter(Boolean), settings);
  placed = placed.map((line) => line && {
    ...line, x: line.x.map((x) => x * factor), y: line.y.map((y) => y * factor),
  });
  return parts(placed, settings).map((part) => pageOf(part, settings));
}

/** A line that is a little too wide for the paper, narrower. */
function squeezed(line, { width, margin }) {
  const share = (width - 2 * margin) / Math.max(...line.x, 1e-9);
  const factor = Math.min(Math.max(share, SQUEEZED), 1);
  return { ...line, x: line.x.map((x) => x * factor) };
}

function shrink(lines, { width, height, margin }) {
  const widest = Math.max(0, ...lines.map((line) => Math.max(...line.x)));
  const highest = Math.max(0, ...lines.map((line) => Math.max(...line.y) - Math.min(...line.y)));
  return (1 - 1e-9) * Math.min(
    1, (width - 2 * margin) / Math.max(widest, 1e-9), (height - 2 * margin) / Math.max(highest, 1e-9),
  );
}

/** The lines of each page: x from the left margin, y (negative) from the top margin. */
function parts(lines, settings) {
  const inner = settings.height - 2 * settings.margin, found = [[]];
  let baseline = 0;
  for (const line of lines) {
    if (!line) {
      if (found.at(-1).length) baseline -= settings.spacing;
      continue;
    }
    const top = Math.max(...line.y), bottom = Math.min(...line.y);
    baseline = Math.min(baseline - settings.spacing, -top);
    if (found.at(-1).length && !settings.cut && baseline + bottom < -inner) found.push([]);
    if (!found.at(-1).length) {
      const usual = -Math.max(ASCENT * settings.size, top);
      baseline = settings.cut ? usual : Math.max(usual, -inner - bottom);
    }
    const at = baseline;
    found.at(-1).push({ ...line, y: line.y.map((y) => y + at) });
  }
  return found;
}

function pageOf(part, settings) {
  let { width, height } = settings;
  let corner = [settings.margin, height - settings.margin];
  if (settings.cut && part.length) {
    const edge = settings.margin + (settings.penWidth * MOST) / 2;
    const lowX = Math.min(...part.map((line) => Math.min(...line.x)));
    const highX = Math.max(...part.map((line) => Math.max(...line.x)));
    const lowY = Math.min(...part.map((line) => Math.min(...line.y)));
    const highY = Math.max(...part.map((line) => Math.max(...line.y)));
    [width, height] = [highX - lowX + 2 * edge, highY - lowY + 2 * edge];
    corner = [edge - lowX, height - edge - highY];
  }
  const strokes = part.flatMap((line) => strokesOf(line, corner));
  return { width, height, strokes: timed(strokes), text: part.map((line) => line.text).join("\n") };
}

function strokesOf(line, corner) {
  const found = [];
  line.x.forEach((x, i) => {
    if (!i || line.stroke[i] !== line.stroke[i - 1]) found.push({ points: [], row: line.row });
    const { points } = found.at(-1);
    points.push([x + corner[0], line.y[i] + corner[1], points.length * INTERVAL]);
  });
  return found;
}

/** The same strokes one after another, with time for the pen to move between them. */
function timed(strokes) {
  let now = 0, last = null;
  return strokes.map(({ points, row }) => {
    if (last) now += Math.hypot(points[0][0] - last[0], points[0][1] - last[1]) / AIR_SPEED + 0.02;
    const begin = now, moved = points.map(([x, y, t]) => [x, y, t + begin]);
    last = moved.at(-1);
    now = last[2];
    return { points: moved, row };
  });
}
