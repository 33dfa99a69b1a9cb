// A recogniser, as in generate/numpy_recogniser.py, and CTC, as in networks/ctc.py.


class Recogniser {
  constructor(weights, settings, code) {
    const { hidden: size, layers } = settings;
    this.settings = settings;
    const bytes = 4 * (layers * 2 * 4 * size * (3 * size + 32) + 400 * (2 * size + 16)) + 2 ** 18;
    const arithmetic = new Arithmetic(bytes, code);
    this.arithmetic = arithmetic;
    const kernel = weights["shorten.weight"].values, kernelBias = weights["shorten.bias"].values;
    this.kernel = new Matrix(arithmetic, size, 3 * SPAN + 1, (row, column) =>
      column < 3 * SPAN ? kernel[row * 3 * SPAN + column] : kernelBias[row]);
    this.seen = arithmetic.array(this.kernel.width);
    this.short = arithmetic.array(this.kernel.rows);
    this.layers = Array.from({ length: layers }, (_, n) =>
      ["forwards", "backwards"].map((way) => oneWay(arithmetic, weights, `layers.${n}.${way}`, size)));
    const output = weights["output.weight"], bias = weights["output.bias"].values;
    const [classes, wide] = output.shape;
    this.classes = classes;
    this.output = new Matrix(arithmetic, classes, wide + 1, (row, column) =>
      column < wide ? output.values[row * wide + column] : bias[row]);
    this.top = arithmetic.array(this.output.width);
    this.raw = arithmetic.array(this.output.rows);
  }

  /** Log-probabilities of every class at each step; the last offset is not read, as in training. */
  read(steps) {
    let hidden = this.shortened(steps.slice(0, -1));
    for (const [forwards, backwards] of this.layers) {
      const one = run(forwards, hidden), other = run(backwards, hidden.slice().reverse()).reverse();
      hidden = one.map((part, n) => joined(part, other[n]));
    }
    return hidden.map((part) => {
      this.top.set(part);
      this.top[part.length] = 1;
      this.output.times(this.top, this.raw);
      return logSoftmax(this.raw.subarray(0, this.classes));
    });
  }

  shortened(offsets) {
    const count = Math.max(Math.ceil(offsets.length / REDUCTION), 1), before = (SPAN - REDUCTION) / 2;
    return Array.from({ length: count }, (_, n) => {
      for (let axis = 0; axis < 3; axis++) {
        for (let i = 0; i < SPAN; i++) {
          const step = offsets[n * REDUCTION + i - before];
          this.seen[axis * SPAN + i] = step ? step[axis] : 0;
        }
      }
      this.seen[3 * SPAN] = 1;
      this.kernel.times(this.seen, this.short);
      return Float32Array.from(this.short.subarray(0, this.settings.hidden), Math.tanh);
    });
  }
}

function oneWay(arithmetic, weights, name, size) {
  const { row: from, share } = gates(size, LAST_CANDIDATE);
  const { shape: [, below], values: input } = weights[`${name}.weight_ih_l0`];
  const own = weights[`${name}.weight_hh_l0`].values;
  const one = weights[`${name}.bias_ih_l0`].values, two = weights[`${name}.bias_hh_l0`].values;
  return new Layer(arithmetic, below, size, (row, column) => {
    const at = from(row);
    if (column < below) return share(row) * input[at * below + column];
    if (column < below + size) return share(row) * own[at * size + column - below];
    return share(row) * Math.fround(one[at] + two[at]);
  });
}

function run(layer, inputs) {
  layer.forget();
  return inputs.map((input) => {
    layer.below.set(input);
    layer.step();
    return layer.hidden.slice();
  });
}

function joined(one, other) {
  const both = new Float32Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function logSoftmax(raw) {
  const largest = Math.max(...raw);
  let sum = 0;
  for (const value of raw) sum += Math.exp(value - largest);
  return Float32Array.from(raw, (value) => value - largest - Math.log(sum));
}

/** The text by best path: the likeliest classes, without repeats and blanks. */
function decoded(logProbabilities, alphabet) {
  let text = "", before = -1;
  for (const step of logProbabilities) {
    let best = 0;
    for (let i = 1; i < step.length; i++) if (step[i] > step[best]) best = i;
    if (best !== before && best !== step.length - 1) text += alphabet[best] ?? "\ufffd";
    before = best;
  }
  return text;
}

/** The log-probability of symbols, in nats: the sum over all alignments. */
function logProbability(logProbabilities, symbols) {
  const blank = logProbabilities[0].length - 1, none = -1e30;
  const places = [blank];
  for (const symbol of symbols) places.push(symbol, blank);
  let forward = new Float64Array(places.length).fill(none);
  forward[0] = 0;
  for (const step of logProbabilities) {
    forward = forward.map((stay, s) => {
      let came = logSum(stay, s >= 1 ? forward[s - 1] : none);
      const skip = s >= 2 && places[s] !== blank && places[s] !== places[s - 2];
      if (skip) came = logSum(came, forward[s - 2]);
      return Math.max(came + step[places[s]], none);
    });
  }
  const last = places.length - 1;
  return logSum(forward[last], last ? forward[last - 1] : none);
}

function logSum(a, b) {
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** Smallest number of insertions, deletions and substitutions. */
function edits(text, read) {
  const a = [...text.normalize("NFC")], b = [...read.normalize("NFC")];
  let row = b.map((_, j) => j + 1);
  row.unshift(0);
  a.forEach((character, i) => {
    const next = [i + 1];
    b.forEach((other, j) => {
      next.push(Math.min(row[j] + (character === other ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    });
    row = next;
  });
  return row[b.length];
}

/** The same, but words of one character are equal if nobody can tell them apart, as l and I. */
function visibleEdits(text, read) {
  return Math.min(edits(text, read), edits(alike(text), alike(read)));
}

/** The text with one character of each group in place of the others, where they are a word. */
function alike(text) {
  const words = text.split(" "), same = words.length === 1 ? AS_A_LINE : AS_A_WORD;
  return words.map((word) => (Object.hasOwn(same, word) ? same[word] : word)).join(" ");
}

/** What is read in a line, against its text, as in generate/reading.py. */
function reading(recogniser, text, steps) {
  const alphabet = recogniser.settings.alphabet;
  const found = recogniser.read(steps);
  const known = [...text].filter((c) => alphabet.includes(c));
  const read = decoded(found, alphabet);
  const wrong = Math.max(visibleEdits(text, read) - ([...text].length - known.length), 0);
  const nats = logProbability(found, known.map((c) => alphabet.indexOf(c)));
  const characters = [...text].length;
  return { text: read, edits: wrong, characters, logProbability: nats / Math.max(characters, 1) };
}
