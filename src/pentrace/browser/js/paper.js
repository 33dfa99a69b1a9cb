// Pages on the screen: lines appear as if they were being written.

const AFTER = 60; // ms after the last stroke of a line until it is drawn as on paper
const BETWEEN = 150; // ms between two lines

class PaperView {
  constructor(container) {
    this.container = container;
    this.clear();
  }

  clear() {
    clearTimeout(this.timer);
    this.begins = new Map(); // row -> {begin, end} in ms, {first} in s of the page, {speed}
    this.free = 0; // time in ms at which the pen is free
    this.sheets = []; // of each page: what it shows, and its element
    this.container.replaceChildren();
  }

  /** Show pages; rows in `fresh` are written at `speed` times the speed of a hand, or at once. */
  show(made, settings, fresh, speed) {
    this.last = [made, settings];
    const rows = Number.isFinite(speed) ? fresh : [];
    for (const row of rows) this.plan(row, made, speed);
    this.draw();
  }

  /** When the strokes of a row are written: after those of the rows before. */
  plan(row, made, speed) {
    const own = made.flatMap((page) => page.strokes).filter((stroke) => stroke.row === row);
    if (!own.length) return;
    const begin = Math.max(performance.now(), this.free), first = own[0].points[0][2];
    const end = begin + (1000 * (own.at(-1).points.at(-1)[2] - first)) / speed;
    this.begins.set(row, { begin, first, end, speed });
    this.free = end + BETWEEN;
  }

  /** Draw the pages that are not drawn yet as they are now. */
  draw() {
    const now = performance.now(), [made, settings] = this.last;
    for (const [row, { end }] of this.begins) if (end + AFTER < now) this.begins.delete(row);
    this.sheets = made.map((page, number) => {
      const rows = new Set(page.strokes.map(({ row }) => row).filter((row) => this.begins.has(row)));
      const shows = JSON.stringify([contentOf(page), settings.pen, settings.penWidth, settings.colour,
        number, made.length, [...rows]]);
      const old = this.sheets[number];
      return old?.shows === shows ? old : { shows, element: this.sheet(page, settings, rows, number, made.length, now) };
    });
    const elements = this.sheets.map(({ element }) => element);
    elements.forEach((element, i) => {
      const there = this.container.children[i];
      if (there === element) return;
      if (there) there.replaceWith(element); else this.container.append(element);
    });
    while (this.container.children.length > elements.length) this.container.lastChild.remove();
    clearTimeout(this.timer);
    const next = Math.min(...[...this.begins.values()].map(({ end }) => end));
    if (this.begins.size) this.timer = setTimeout(() => this.draw(), Math.max(next - now, 0) + 2 * AFTER);
  }

  sheet(page, settings, rows, number, count, now) {
    const still = { ...page, strokes: page.strokes.filter(({ row }) => !rows.has(row)) };
    const pieces = rows.size ? piecesOf(page, settings).filter(({ row }) => rows.has(row)) : [];
    const moving = pieces.map((piece) => this.moving(piece, now));
    const holder = document.createElement("div");
    holder.className = "sheet";
    const about = count > 1 ? `Page ${number + 1} of ${count}: ` : "Handwriting: ";
    holder.innerHTML = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${page.width} ${page.height}" role="img">`
      + inkOf(still, settings, page)
      + `<g class="moving" fill="none" stroke="${settings.colour}" stroke-linecap="round" stroke-linejoin="round">${moving.join("")}</g></svg>`;
    holder.firstChild.setAttribute("aria-label", about + page.text.replaceAll("\n", " "));
    return holder;
  }

  moving({ data, width, begin, end, dot, row }, now) {
    const own = this.begins.get(row);
    const start = own.begin - now + (1000 * (begin - own.first)) / own.speed;
    const long = Math.max((1000 * (end - begin)) / own.speed, 1);
    const time = `--t:${start.toFixed(0)}ms;--d:${long.toFixed(0)}ms`;
    return `<path ${dot ? 'class="dot"' : 'pathLength="1"'} stroke-width="${width.toFixed(3)}" style="${time}" d="${data}"/>`;
  }

  /** Write all that is shown again. */
  replay(speed) {
    if (!this.last) return;
    this.begins.clear();
    this.free = 0;
    const [made, settings] = this.last;
    const rows = [...new Set(made.flatMap((page) => page.strokes.map(({ row }) => row)))];
    this.show(made, settings, rows, speed);
  }
}

/** What is enough to know whether a page has changed. */
function contentOf({ width, height, strokes }) {
  return [width, height, strokes.length, strokes[0]?.points[0], strokes.at(-1)?.points.at(-1)];
}

const PIXELS = 300 / 25.4, MOST_PIXELS = 60e6; // in a mm; of a picture

/** A page as PNG with 300 pixels per inch, or fewer if it is very large. */
function pngOf(page, settings) {
  const least = Math.sqrt(MOST_PIXELS / (page.width * page.height));
  const scale = Math.min(PIXELS, least), canvas = document.createElement("canvas");
  canvas.width = Math.ceil(page.width * scale);
  canvas.height = Math.ceil(page.height * scale);
  const to = canvas.getContext("2d"), brush = settings.pen === "brush";
  to.fillStyle = "#ffffff";
  to.fillRect(0, 0, canvas.width, canvas.height);
  to.scale(scale, scale);
  to.lineCap = to.lineJoin = "round";
  to.fillStyle = to.strokeStyle = settings.colour;
  for (const stroke of drawn(page, settings)) {
    const least = LEAST * settings.penWidth;
    to.lineWidth = brush ? least : stroke.width[0];
    const path = new Path2D(brush ? ribbonPath(stroke, least) : linePath(stroke));
    if (brush) to.fill(path);
    to.stroke(path);
  }
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
