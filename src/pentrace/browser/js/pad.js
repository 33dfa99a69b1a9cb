// A canvas that records strokes of a pen, a finger or a mouse.

class Pad {
  /** `changed()` is called after each change of the strokes. */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.strokes = []; // of points [x, y, t, pressure]: CSS pixels, y downward, ms
    this.active = null;
    this.pen = false; // whether a pen was used: then a touch is the palm of the hand
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const kind of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(kind, (event) => this.up(event));
    }
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  down(event) {
    if (this.active !== null || event.button > 0) return;
    this.pen ||= event.pointerType === "pen";
    if (this.pen && event.pointerType === "touch") return;
    event.preventDefault();
    this.active = event.pointerId;
    try {
      this.canvas.setPointerCapture(event.pointerId);
    } catch { /* a pointer that has gone already */ }
    this.strokes.push([]);
    this.add(event);
    this.draw();
  }

  move(event) {
    if (event.pointerId !== this.active) return;
    const several = event.getCoalescedEvents?.() ?? [];
    for (const one of several.length ? several : [event]) this.add(one);
    this.draw();
  }

  up(event) {
    if (event.pointerId !== this.active) return;
    this.active = null;
    this.changed();
  }

  add(event) {
    const box = this.canvas.getBoundingClientRect();
    const round = (value) => Math.round(value * 100) / 100;
    const [x, y] = [event.clientX - box.left, event.clientY - box.top].map(round);
    this.strokes.at(-1).push([x, y, round(event.timeStamp), round(event.pressure)]);
  }

  /** Backspace and Ctrl+Z remove the last stroke. */
  key(event) {
    const wanted = event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey));
    if (!wanted || !this.strokes.length) return;
    event.preventDefault();
    this.undo();
  }

  undo() {
    this.strokes.pop();
    this.draw();
    this.changed();
  }

  clear() {
    this.strokes = [];
    this.draw();
    this.changed();
  }

  get points() {
    return this.strokes.reduce((count, stroke) => count + stroke.length, 0);
  }

  draw() {
    const { canvas } = this, ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width) return;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const style = getComputedStyle(canvas), to = canvas.getContext("2d");
    to.scale(ratio, ratio);
    to.strokeStyle = style.getPropertyValue("--line");
    to.lineWidth = 1.5;
    to.beginPath();
    to.moveTo(10, height * 0.62);
    to.lineTo(width - 10, height * 0.62);
    to.stroke();
    to.strokeStyle = to.fillStyle = style.getPropertyValue("--ink");
    to.lineWidth = 2.5;
    to.lineCap = to.lineJoin = "round";
    for (const stroke of this.strokes) drawStroke(to, stroke);
  }

  /** The content of a JSON file that `pentrace write --style` reads; times begin at 0. */
  content(text) {
    const begin = this.strokes[0]?.[0]?.[2] ?? 0;
    const round = (value) => Math.round(value * 100) / 100;
    return {
      text, unit: "px", y_axis: "down",
      strokes: this.strokes.map((stroke) => stroke.map(([x, y, t]) => [x, y, round(t - begin)])),
      pressure: this.strokes.map((stroke) => stroke.map((point) => point[3])),
    };
  }
}

function drawStroke(to, stroke) {
  to.beginPath();
  if (stroke.length === 1) {
    to.arc(stroke[0][0], stroke[0][1], 2, 0, 2 * Math.PI);
    to.fill();
    return;
  }
  stroke.forEach(([x, y], i) => (i ? to.lineTo(x, y) : to.moveTo(x, y)));
  to.stroke();
}
