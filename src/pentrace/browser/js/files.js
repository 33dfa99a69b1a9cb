// A page as the text of files: SVG, animated SVG, InkML and JSON, as in the room page/.

const XML_SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text) {
  return text.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
    .replace(/[&<>"]/g, (sign) => XML_SIGNS[sign]);
}

/** An SVG document in mm; `notes` are name -> text. */
function svgDocument(page, notes, body) {
  const size = [page.width, page.height].map((value) => Number(value.toPrecision(6)));
  const about = Object.entries(notes).map(([name, text]) => `${name}: ${text}`).join("; ");
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size[0]}mm" height="${size[1]}mm" viewBox="0 0 ${size.join(" ")}">`,
    `<title>${escaped(page.text)}</title>`,
    `<desc>${escaped(about)}</desc>`,
    ...body,
    "</svg>\n",
  ].join("\n");
}

/** A group of SVG with all strokes of a page. `all`: the page that contains these strokes. */
function inkOf(page, settings, all = page) {
  const brush = settings.pen === "brush";
  const width = brush ? LEAST * settings.penWidth : settings.penWidth;
  const style = `fill="${brush ? settings.colour : "none"}" stroke="${settings.colour}" stroke-width="${width}"`;
  const rows = new Set(page.strokes.map(({ row }) => row));
  const paths = drawn(all, settings).filter(({ row }) => rows.has(row)).map((stroke) => {
    const own = stroke.dot && !brush ? ` stroke-width="${stroke.width[0]}"` : "";
    return `<path${own} d="${brush ? ribbonPath(stroke, width) : linePath(stroke)}"/>`;
  });
  return [`<g ${style} stroke-linecap="round" stroke-linejoin="round">`, ...paths, "</g>"].join("\n");
}

function svgOf(page, settings, notes) {
  return svgDocument(page, notes, [inkOf(page, settings)]);
}

const ANIMATION = `<style>
@media (prefers-reduced-motion: no-preference) {
path { stroke-dasharray: 1 2; animation: write var(--d) linear var(--t) both }
path.dot { stroke-dasharray: none; animation: appear 1ms linear var(--t) both }
@keyframes write { from { stroke-dashoffset: 1.1 } to { stroke-dashoffset: 0 } }
@keyframes appear { from { opacity: 0 } to { opacity: 1 } }
}
</style>`;

/** All pieces of a page in the order of writing: {data, width, begin, end, dot, row}. */
function piecesOf(page, settings) {
  const strokes = drawn(page, settings);
  const widths = strokes.filter((s) => !s.dot)
    .flatMap((s) => s.width.slice(1).map((value, i) => (value + s.width[i]) / 2));
  const narrowest = widths.reduce((a, b) => Math.min(a, b), Infinity);
  const widest = widths.reduce((a, b) => Math.max(a, b), -Infinity);
  const step = Math.max((widest - narrowest) / LEVELS, 1e-9);
  return strokes.flatMap((stroke) =>
    pieces(stroke, step, narrowest).map((piece) => ({ ...piece, row: stroke.row })));
}

function animatedSvgOf(page, settings, notes) {
  const paths = piecesOf(page, settings).map(({ data, width, begin, end, dot }) => {
    const time = dot ? `--t:${begin.toFixed(3)}s` : `--t:${begin.toFixed(3)}s;--d:${Math.max(end - begin, 0.001).toFixed(3)}s`;
    return `<path ${dot ? 'class="dot"' : 'pathLength="1"'} stroke-width="${Number(width.toPrecision(3))}" style="${time}" d="${data}"/>`;
  });
  const style = `fill="none" stroke="${settings.colour}" stroke-linecap="round" stroke-linejoin="round"`;
  return svgDocument(page, notes, [ANIMATION, `<g ${style}>`, ...paths, "</g>"]);
}

function inkmlOf(page, notes) {
  const annotations = Object.entries({ text: page.text, unit: "mm", ...notes })
    .map(([kind, text]) => `<annotation type="${escaped(kind)}">${escaped(text)}</annotation>`);
  const traces = page.strokes.map(({ points }) => `<trace>${points
    .map(([x, y, t]) => `${x.toFixed(4)} ${(page.height - y).toFixed(4)} ${t.toFixed(3)}`).join(", ")}</trace>`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>', '<ink xmlns="http://www.w3.org/2003/InkML">', ...annotations,
    '<definitions><timestamp xml:id="begin" time="0"/></definitions>', '<context xml:id="pen">', "<traceFormat>",
    '<channel name="X" type="decimal"/>', '<channel name="Y" type="decimal"/>',
    '<channel name="T" type="decimal" units="s" respectTo="#begin"/>',
    "</traceFormat>", "</context>", ...traces, "</ink>\n",
  ].join("\n");
}

function jsonOf(page, settings, notes) {
  const places = (value) => Number(value.toFixed(4));
  return JSON.stringify({
    text: page.text, unit: "mm", y_axis: "up", width: page.width, height: page.height,
    pen_width: settings.penWidth, made_with: notes,
    strokes: page.strokes.map(({ points }) => points.map((point) => point.map(places))),
  });
}
