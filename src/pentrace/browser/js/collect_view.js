// The screen that collects lines of one hand, for `pentrace learn`.

const FEWEST = 5, MOST_LINES = 50;

class CollectView {
  constructor() {
    this.kept = []; // {text, content}
    this.at = 0;
    this.saved = true;
    this.doubt = ""; // about the line that was kept last
    this.pad = new Pad(byId("collect-pad"), () => this.changed());
    byId("collect-undo").addEventListener("click", () => this.pad.undo());
    byId("collect-clear").addEventListener("click", () => this.pad.clear());
    byId("collect-keep").addEventListener("click", () => this.keep());
    byId("collect-skip").addEventListener("click", () => this.next());
    byId("collect-save").addEventListener("click", () => this.save());
    window.addEventListener("beforeunload", (event) => { if (!this.saved) event.preventDefault(); });
    this.changed();
  }

  get text() {
    return COPY_TEXTS[this.at % COPY_TEXTS.length];
  }

  next() {
    this.at++;
    this.pad.clear();
  }

  keep() {
    const content = this.pad.content(this.text), doubt = doubtAbout({ ...content, down: true });
    this.kept.push({ text: this.text, content });
    this.doubt = doubt && `Line ${this.kept.length}: ${doubt} Remove it if it is wrong. `;
    this.saved = false;
    this.next();
  }

  remove(number) {
    this.kept.splice(number, 1);
    this.doubt = "";
    this.changed();
    byId("collect-keep").focus();
  }

  changed() {
    const count = this.kept.length, empty = !this.pad.strokes.length;
    byId("collect-text").textContent = this.text;
    for (const id of ["collect-undo", "collect-clear"]) byId(id).disabled = empty;
    byId("collect-keep").disabled = empty || count >= MOST_LINES;
    byId("collect-save").disabled = count < FEWEST;
    byId("collect-save").textContent = `Save ${counted(count, "line")} (.zip)`;
    byId("collect-progress").value = count;
    const missing = FEWEST - count;
    byId("collect-status").textContent = this.doubt + (missing > 0
      ? `${counted(count, "line")} kept; at least ${missing} more needed.`
      : `${counted(count, "line")} kept.${count >= MOST_LINES ? " That is enough." : " More lines give a better result, up to 50."}`);
    byId("collect-list").replaceChildren(...this.kept.map((line, number) => this.item(line, number)));
  }

  item({ text, content }, number) {
    const item = document.createElement("li"), points = content.strokes.flat();
    const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
    const [left, top] = [Math.min(...xs) - 4, Math.min(...ys) - 4];
    const box = [left, top, Math.max(...xs) - left + 4, Math.max(...ys) - top + 4].join(" ");
    const data = content.strokes.map((stroke) =>
      `M${stroke.map(([x, y]) => `${x} ${y}`).join("L")}${stroke.length === 1 ? "h0" : ""}`).join("");
    item.innerHTML = `<svg viewBox="${box}" role="img"><path d="${data}"/></svg><button type="button" class="quiet">Remove</button>`;
    item.querySelector("svg").setAttribute("aria-label", `Your line: ${text}`);
    item.querySelector("button").setAttribute("aria-label", `Remove the line ${text}`);
    item.querySelector("button").addEventListener("click", () => this.remove(number));
    return item;
  }

  /** One JSON file for each line, in one archive. */
  save() {
    const files = this.kept.map(({ content }, number) => [
      `my-lines/line-${String(number + 1).padStart(2, "0")}.json`, new TextEncoder().encode(JSON.stringify(content)),
    ]);
    download("my-lines.zip", zipped(files));
    this.saved = true;
  }
}
