// A text to drawn lines that fill the width of the paper, as in write/lines.py.

/** How many characters of mean width `width` fit between the margins, at least 1. */
function fitting(settings, width) {
  if (settings.cut) return settings.longestLine;
  const inner = settings.width - 2 * settings.margin;
  const fit = (inner * LINE_HEIGHT) / (settings.size * Math.max(width, 1e-9));
  return Math.min(Math.max(Math.trunc(fit), 1), 1e6);
}

/** Mean width of a character in the hand of a line, level, in units of the ink before normalising. */
function meanWidth(steps, text) {
  const { x, y } = positions(steps);
  const flat = level(x, y, text);
  return (Math.max(...flat.x) - Math.min(...flat.x)) / breadth(text);
}

/** The lines of `text`, as `prepared` gives it.
 *
 * `work.ask` has candidates drawn, and `work.encodes` is whether its network has an encoder of
 * hands. `report({texts, scattered, fit})` is called when the line breaks are known, where about `fit`
 * characters fit in a line, and `report({row, line})` for each line, as it is finished.
 */
async function writeText(work, text, settings, how, report) {
  const given = how.primer ?? how.style;
  const { texts, first, fit } = await brokenByHand(work, text, settings, how);
  const rows = texts.flatMap((line, row) => (line ? [row] : []));
  report({ texts, scattered: rows.length > 1 && !first && !given, fit });
  const ready = first && !given ? first : null;
  const own = ready ? { ...how, ...await handOf(ready.line, work) } : how;
  if (ready) report({ row: rows[ready.number], line: ready.line });
  await Promise.all(rows.map(async (row, number) => {
    if (ready && number === ready.number) return;
    report({ row, line: await writeLine(work, texts[row], own, number) });
  }));
}

/** {texts, first, fit}: the lines of a text, broken by the width of a line in this hand. */
async function brokenByHand(work, text, settings, how) {
  const { primer } = how, given = primer ?? how.style;
  const room = fitting(settings, primer ? meanWidth(primer.steps, primer.text) : CHARACTER_WIDTH);
  const texts = wrapped(text, settings.longestLine, room), kept = { texts, first: null, fit: room };
  if (texts.filter(Boolean).length < 2) return kept;
  const once = given ? { ...how, attempts: 1, reads: false } : how;
  const first = await leadingLine(work, texts.filter(Boolean), once);
  if (!first) return kept;
  const fit = fitting(settings, meanWidth(first.line.steps, first.line.text));
  const again = wrapped(text, settings.longestLine, fit);
  if (again.join("\n") === texts.join("\n")) return { texts, first, fit };
  const second = await leadingLine(work, again.filter(Boolean), once);
  return second ? { texts: again, first: second, fit } : { ...kept, first };
}

/** The line that gives its style to all lines, as in generate/leading.py; null if all fail. */
async function leadingLine(work, texts, how) {
  const size = (i) => Math.min([...texts[i]].length, LEADING);
  const order = texts.map((_, i) => i).sort((a, b) => size(b) - size(a) || a - b);
  for (const number of order.slice(0, LEADS)) {
    const line = await writeLine(work, texts[number], how, number);
    if (!line.failed) return { number, line };
  }
  return null;
}

/** How other lines follow the hand of `line`: by its vector, or else by its first words. */
async function handOf(line, work) {
  return work.encodes ? { style: await work.ask("vector", line) } : { primer: primerOf(line) };
}

/** How the lines follow `styles`: one line of ink, or none; or two hands and the share of the second.
 *
 * As in write/find_style.py: a line whose text is known is continued, unless hands are mixed. A
 * share of 0 or 1 is no mixture.
 */
async function followed(styles, share, work) {
  if (!styles.length) return { primer: null, style: null };
  if (styles.length > 1 && (share <= 0 || share >= 1)) styles = [styles[share <= 0 ? 0 : 1]];
  const primer = styles.length === 1 && styles[0].text ? styles[0] : null;
  if (!work.encodes) return { primer, style: null };
  const [one, other] = await Promise.all(styles.map((style) => work.ask("vector", style)));
  return { primer, style: other ? mixed(one, other, share) : one };
}

/** The first words of a line, with complete strokes, for others to continue. */
function primerOf(line) {
  const end = line.text.indexOf(" ", PRIMING);
  if (end < 0) return { steps: line.steps, text: line.text };
  let own = 0, last = null;
  line.character.forEach((at, n) => { if (at < end) own = n; });
  line.steps.forEach((step, n) => {
    if (step[2] > 0.5 && (last === null || Math.abs(n - own) < Math.abs(last - own))) last = n;
  });
  return { steps: line.steps.slice(0, last + 1), text: line.text.slice(0, end) };
}
