// The screen that records one line of one's own hand.

class RecordView {
  /** `use(name, ink)` writes in the style of a recorded line. */
  constructor(settings, use) {
    this.settings = settings; // of the network
    this.count = 0;
    this.pad = new Pad(byId("pad"), () => this.changed());
    byId("copy-text").addEventListener("input", () => this.changed());
    byId("pad-undo").addEventListener("click", () => this.pad.undo());
    byId("pad-clear").addEventListener("click", () => this.pad.clear());
    byId("pad-use").addEventListener("click", () => this.use(use));
    byId("pad-save").addEventListener("click", () => {
      const ink = JSON.stringify(this.pad.content(this.text));
      download("my-line.json", new Blob([ink], { type: "application/json" }));
    });
    this.changed();
  }

  get text() {
    return byId("copy-text").value.normalize("NFC").trim();
  }

  changed() {
    const { pad, text } = this;
    for (const id of ["pad-undo", "pad-clear"]) byId(id).disabled = !pad.strokes.length;
    for (const id of ["pad-use", "pad-save"]) byId(id).disabled = !pad.strokes.length || !text;
    byId("to-copy").textContent = text || "(type the text that you want to write)";
    const doubt = pad.points && text ? doubtAbout({ ...pad.content(text), down: true }) : "";
    byId("pad-status").textContent = pad.strokes.length
      ? `${counted(pad.strokes.length, "stroke")}, ${counted(pad.points, "point")}.${doubt && " "}${doubt}`
      : "Nothing is recorded yet.";
  }

  use(use) {
    const content = this.pad.content(this.text);
    const ink = { strokes: content.strokes, text: content.text, down: true };
    try {
      styleOfInk(ink, this.settings);
    } catch (error) {
      byId("pad-status").textContent = error.message;
      return;
    }
    this.count++;
    use(`My line ${this.count}: ${this.text}`, ink);
  }
}
