// The screen that writes a text.

const SPEEDS = { hand: 1, fast: 12, off: Infinity };
const SOON = 350; // ms after the last change of a setting

class WriteView {
  constructor(facts, work) {
    this.facts = facts;
    this.work = work;
    this.paper = new PaperView(byId("paper"));
    this.rows = [];
    this.texts = [];
    this.hands = new Map(); // value of the choice -> {strokes, text, down}
    for (const [name, ink] of Object.entries(facts.styles)) this.addHand(name, { ...ink, down: ink.y_axis === "down" });
    byId("write-form").addEventListener("submit", (event) => { event.preventDefault(); this.write(); });
    byId("write-form").addEventListener("input", (event) => this.changed(event.target));
    byId("text").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.write();
    });
    byId("stop").addEventListener("click", () => this.work.stop());
    byId("replay").addEventListener("click", () => {
      const speed = SPEEDS[byId("speed").value];
      this.paper.replay(Number.isFinite(speed) ? speed : SPEEDS.fast);
    });
    byId("another").addEventListener("click", () => {
      byId("seed").value = Number(byId("seed").value || 0) + 1;
      this.write();
    });
    byId("style-file").addEventListener("change", (event) => this.load(event.target));
    for (const button of document.querySelectorAll("[data-save]")) {
      button.addEventListener("click", () => this.save(button.dataset.save));
    }
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) byId("speed").value = "off";
    this.shown();
  }

  /** The settings of the form; lengths in mm. */
  get settings() {
    const number = (id) => {
      const field = byId(id), value = field.valueAsNumber;
      const fallback = Number(field.defaultValue);
      const [low, high] = [field.min, field.max].map((bound) => (bound === "" ? NaN : Number(bound)));
      const known = Number.isFinite(value) ? value : fallback;
      return Math.min(Math.max(known, Number.isNaN(low) ? known : low), Number.isNaN(high) ? known : high);
    };
    const paper = byId("page-size").value, cut = paper === "line", size = number("size");
    const margin = cut ? 2 : number("margin");
    const [width, height] = cut ? [2 * margin, 2 * margin] : paper.split("x").map(Number);
    return {
      bias: number("bias"), seed: Math.trunc(number("seed")), attempts: Math.trunc(number("attempts")),
      check: byId("check").checked, longestLine: Math.trunc(number("longest")), width, height, margin, size, cut,
      spacing: size * number("spacing"), drift: number("drift"), pen: byId("pen").value,
      penWidth: number("pen-width"), colour: byId("colour").value,
    };
  }

  /** Another value in the form: draw again what is only a matter of the pen, else write again. */
  changed(field) {
    this.shown();
    if (field.id === "text" || !this.rows.length) return;
    if (["colour", "pen", "pen-width"].includes(field.id)) { this.render([]); return; }
    if (["speed", "style-file"].includes(field.id)) return;
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.write(), SOON);
  }

  /** Show the values of sliders, and the fields that mean something now. */
  shown() {
    const mixes = this.facts.synthesis.settings.style_size > 0 && this.hands.has(byId("hand").value);
    byId("mix").hidden = !mixes || this.hands.size < 2;
    byId("mix-share").hidden = !this.hands.has(byId("other-hand").value);
    for (const output of document.querySelectorAll("output[for]")) {
      output.value = byId(output.htmlFor.value).value + (output.dataset.unit ?? "");
    }
  }

  addHand(name, ink) {
    const value = `hand-${this.hands.size + 1}`;
    this.hands.set(value, { ...ink, name });
    const label = ink.description ? `${name}: ${ink.description}` : name;
    for (const id of ["hand", "other-hand"]) byId(id).append(new Option(label, value));
    return value;
  }

  /** The ink of the hand that is chosen, and of the one that is mixed with it, if any. */
  get styles() {
    const one = this.hands.get(byId("hand").value), other = this.hands.get(byId("other-hand").value);
    if (one) return [one, other].filter(Boolean);
    return byId("hand").value === "seed" ? [this.handOfSeed].filter(Boolean) : [];
  }

  /** The hand that the seed chooses, if the network does not invent one: see `hands_by_seed`. */
  get handOfSeed() {
    const names = this.facts.by_seed, chosen = names[this.settings.seed % names.length];
    return [...this.hands.values()].find(({ name }) => name === chosen);
  }

  /** Write in the style of this ink. */
  useHand(name, ink) {
    byId("hand").value = this.addHand(name, ink);
    this.shown();
    return this.write();
  }

  async load(field) {
    const [file] = field.files;
    field.value = "";
    if (!file) return;
    try {
      if (/^(image|video)\//.test(file.type)) {
        throw new Error("This is a picture. It does not contain the movement of the pen. Record a line under “My hand”.");
      }
      const ink = inkOfJson(await file.text());
      styleOfInk(ink, this.facts.synthesis.settings);
      await this.useHand(`${file.name}: ${ink.text ?? "no text"}`, ink);
    } catch (error) {
      const message = `${file.name}: ${error.message}`;
      if (this.running) this.problem(message); // the next line would replace the status
      else this.say(message, true);
    }
  }

  async write() {
    clearTimeout(this.soon);
    const alphabet = this.facts.synthesis.settings.alphabet, settings = this.settings;
    const share = byId("share").valueAsNumber;
    byId("problems").replaceChildren();
    const text = prepared(byId("text").value, alphabet, byId("substitute").checked);
    const unknown = unknownIn(text, alphabet);
    if (!text) { this.say("The text is empty. Type a text.", true); return; }
    if (unknown.length) {
      this.say(`The network has never seen ${unknown.join(" ")} and knows no similar character. Reword the text.`, true);
      return;
    }
    const replaced = byId("substitute").checked ? replacedIn(byId("text").value, alphabet) : [];
    if (replaced.length) this.problem(`Replaced characters that the network does not know: ${replaced.join(", ")}.`);
    const rare = rareIn(text, this.facts.rare);
    if (rare.length) this.problem(`Rare in the training of this network, so hard to read: ${rare.join(", ")}. Look at them, or reword the text.`);
    let styles = [];
    try {
      styles = this.styles.map((ink) => styleOfInk(ink, this.facts.synthesis.settings));
      for (const ink of this.styles) {
        for (const message of [...(ink.notes ?? []), doubtAbout(ink)].filter(Boolean)) this.problem(message);
      }
    } catch (error) {
      this.say(error.message, true);
      return;
    }
    if (this.running) this.work.stop();
    const ticket = this.running = {};
    this.used = { settings, style: this.styles.map(({ name }, i) => (i ? `${name} ${share}` : name)).join(", ") };
    this.rows = [];
    this.limit = "";
    this.paper.clear();
    this.busy(true);
    this.say("Writing the first line …");
    try {
      const report = (news) => { if (this.running === ticket) this.news(news, text); };
      const done = await this.work.write({ text, settings, styles, share }, report);
      if (this.running === ticket) this.finished(!done);
    } catch (error) {
      if (this.running === ticket) this.say(error.message, true);
    }
    if (this.running === ticket) {
      this.running = null;
      this.busy(false);
    }
  }

  news({ texts, scattered, fit, row, line }, text) {
    if (texts) {
      this.limit = limitOf(texts, text, fit, this.used.settings);
      const cut = cutWords(text, texts);
      if (cut.length) this.problem(`Longer than a line, so cut without a hyphen: ${cut.slice(0, 3).map((word) => `“${word}”`).join(", ")}${cut.length > 3 ? ` and ${cut.length - 3} more` : ""}. Set a smaller size or a wider paper, or put spaces or hyphens into the text.`);
      this.texts = texts;
      this.rows = texts.map(() => null);
      if (scattered) this.problem("No line was good enough for the others to continue, so each line is in a different hand. Try another seed.");
      return;
    }
    this.rows[row] = line;
    this.render([row]);
    if (line.failed) this.problem(failure(line), row);
    const wanted = this.texts.filter(Boolean).length, done = this.rows.filter(Boolean).length;
    this.say(`${done} of ${wanted} lines written …`);
  }

  finished(stopped) {
    const lines = this.rows.filter(Boolean), read = lines.filter((line) => line.reading);
    const failed = lines.filter((line) => line.failed).length;
    const letters = read.reduce((count, line) => count + line.reading.characters, 0);
    const wrong = read.reduce((count, line) => count + line.reading.edits, 0);
    const rate = letters ? ` The recogniser that chose the lines misreads ${((100 * wrong) / letters).toFixed(1)}\u00a0% of the characters.` : "";
    const bad = failed ? ` ${failed} of them failed.` : "";
    const hand = byId("hand").value === "seed" && this.used.style ? ` Hand: ${this.used.style}.` : "";
    this.say(`${stopped ? "Stopped. " : ""}${counted(lines.length, "line")} written.${hand}${bad}${rate}${this.limit}`);
    // Lines finish in any order.
    const found = [...byId("problems").querySelectorAll("[data-row]")];
    byId("problems").append(...found.sort((a, b) => a.dataset.row - b.dataset.row));
    if (failed) this.problem("Try another seed, a higher neatness, shorter lines or more candidates.");
  }

  problem(text, row = null) {
    const item = document.createElement("li");
    item.textContent = text;
    if (row !== null) item.dataset.row = row;
    byId("problems").append(item);
  }

  say(text, wrong = false) {
    byId("status").textContent = text;
    byId("status").classList.toggle("wrong", wrong);
  }

  busy(on) {
    byId("stop").hidden = !on;
    for (const button of document.querySelectorAll("[data-save], #replay")) button.disabled = on || !this.rows.some(Boolean);
  }

  get pages() {
    const look = this.settings;
    const settings = { ...this.used.settings, pen: look.pen, penWidth: look.penWidth, colour: look.colour };
    return [pages(this.rows, settings), settings];
  }

  render(fresh) {
    const [made, settings] = this.pages;
    this.paper.show(made, settings, fresh, SPEEDS[byId("speed").value]);
  }

  notes() {
    const { settings, style } = this.used;
    const made = { ...this.facts.notes, bias: String(settings.bias), seed: String(settings.seed) };
    return { ...made, ...(style ? { style } : {}), software: `pentrace page ${this.facts.version}` };
  }

  /** Save the pages; several of them in one archive. */
  async save(form) {
    const [made, settings] = this.pages, notes = this.notes();
    const { suffix, type, content } = FORMS[form];
    const files = [];
    for (const [i, page] of made.entries()) {
      const blob = new Blob([await content(page, settings, notes)], { type });
      files.push([made.length > 1 ? `page-${i + 1}.${suffix}` : `page.${suffix}`, blob]);
    }
    if (files.length === 1) { download(...files[0]); return; }
    const bytes = await Promise.all(files.map(async ([name, blob]) => [name, new Uint8Array(await blob.arrayBuffer())]));
    download(`page.${suffix}.zip`, zipped(bytes));
  }
}

const FORMS = {
  svg: { suffix: "svg", type: "image/svg+xml", content: svgOf },
  animated: { suffix: "animated.svg", type: "image/svg+xml", content: animatedSvgOf },
  png: { suffix: "png", type: "image/png", content: pngOf },
  inkml: { suffix: "inkml", type: "application/inkml+xml", content: (page, _, notes) => inkmlOf(page, notes) },
  json: { suffix: "json", type: "application/json", content: jsonOf },
};

/** Why lines are shorter than the paper is wide, in a sentence, as `_limit` of write/lines.py. */
function limitOf(texts, text, fit, { cut, longestLine }) {
  if (cut || texts.length === text.split("\n").length || longestLine >= 0.9 * fit) return "";
  return ` Lines end at ${longestLine} characters, although about ${fit} fit; “Characters in a line” changes that.`;
}

/** Why a line failed, in words. */
function failure(line) {
  const why = [];
  if (line.missed) why.push(`missing: ${[...line.missed].join(" ")}`);
  else if (!line.finished) why.push("not written to the end");
  if (line.reading) why.push(`read as “${line.reading.text}”`);
  return `“${line.text}” is not well written after ${counted(line.attempts, "attempt")}; ${why.join("; ")}.`;
}
