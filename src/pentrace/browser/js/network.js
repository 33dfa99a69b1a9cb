// A synthesis network, one step of one line at a time, as in generate/numpy_networks.py.

const UNSEEN = 1e-10; // a window weight that changes no result

/** The gates of an nn.LSTM are input, forget, candidate, output; here the candidate is last. */
const LAST_CANDIDATE = [0, 1, 3, 2];

/** Reads weights (4H, N) and (4H,) of a layer of `size` cells, in the order of the gates here.
 *
 * Those of the sigmoid gates are halved, so that one tanh computes all gates.
 */
function gates(size, order) {
  return {
    row: (row) => order[Math.floor(row / size)] * size + (row % size),
    share: (row) => (row < 3 * size ? 0.5 : 1),
  };
}

/** An LSTM layer. `inputs`: numbers from below, then its hidden state, then 1. */
class Layer {
  constructor(arithmetic, below, size, entry) {
    this.arithmetic = arithmetic;
    this.size = size;
    this.weights = new Matrix(arithmetic, 4 * size, below + size + 1, entry);
    this.inputs = arithmetic.array(this.weights.width);
    this.below = this.inputs.subarray(0, below);
    this.hidden = this.inputs.subarray(below, below + size);
    this.gates = arithmetic.array(4 * size);
    this.memory = arithmetic.array(size);
    this.squeezed = arithmetic.array(size);
    this.one = below + size;
    this.forget();
  }

  forget() {
    this.inputs.fill(0);
    this.inputs[this.one] = 1;
    this.memory.fill(0);
  }

  /** Read the vector of a hand at each step: it is constant, so it is a part of the bias. */
  follow(style) {
    const { numbers, width } = this.weights;
    const { bias, styles } = this, size = styles.length / bias.length;
    bias.forEach((own, row) => {
      numbers[row * width + this.one] = own + style.reduce((all, part, s) => all + part * styles[row * size + s], 0);
    });
  }

  /** `more` adds to the gates before they are squashed. */
  step(more) {
    const { arithmetic, gates: gate, memory, hidden, squeezed, size } = this;
    this.weights.times(this.inputs, gate);
    if (more) more(gate);
    arithmetic.tanh(gate.byteOffset, gate.byteOffset, gate.byteLength);
    for (let i = 0; i < size; i++) {
      memory[i] = memory[i] * (0.5 + 0.5 * gate[size + i])
        + (0.5 + 0.5 * gate[i]) * gate[3 * size + i];
    }
    arithmetic.tanh(memory.byteOffset, squeezed.byteOffset, memory.byteLength);
    for (let i = 0; i < size; i++) hidden[i] = (0.5 + 0.5 * gate[2 * size + i]) * squeezed[i];
  }
}

/** The columns of a layer for the characters of the window: each is added where it is seen. */
class Symbols {
  constructor(arithmetic, count, rows, entry) {
    this.arithmetic = arithmetic;
    this.columns = Array.from({ length: count }, (_, symbol) => {
      const column = arithmetic.array(rows);
      for (let row = 0; row < rows; row++) column[row] = entry(row, symbol);
      return column;
    });
  }

  /** Add the columns of the characters `seen`, pairs of symbol and weight, to `gate`. */
  add(seen, gate) {
    for (const [symbol, weight] of seen) {
      const column = this.columns[symbol];
      this.arithmetic.addTimes(column.byteOffset, weight, gate.byteOffset, gate.byteLength);
    }
  }
}

class Synthesis {
  /** Weights by name as `unpacked` gives them; `settings` are those of the network. */
  constructor(weights, settings, code) {
    const { hidden: size, layers, components } = settings;
    this.settings = settings;
    this.given = 3 + settings.style_size; // inputs before the window: the step, and the style
    this.encoder = settings.style_size ? new StyleEncoder(weights) : null;
    this.symbols = weights["first.weight_recurrent"].shape[1] - size;
    const outputs = 6 * components + 1;
    const dense = 4 * size * (2 * size + 8 + this.symbols + 16) * layers;
    const bytes = 4 * (dense + (outputs + 64) * (layers * size + 16)) + 2 ** 16;
    const arithmetic = new Arithmetic(bytes, code);
    this.arithmetic = arithmetic;
    this.layers = [this.first(weights, size)];
    for (let n = 0; n + 1 < layers; n++) this.layers.push(this.upper(weights, `layers.${n}`, size));
    this.window = new Window(weights, settings, arithmetic);
    const output = weights["output.weight"], bias = weights["output.bias"].values;
    this.outputWeights = new Matrix(arithmetic, outputs, layers * size + 1, (row, column) =>
      column < layers * size ? output.values[row * layers * size + column] : bias[row]);
    this.top = arithmetic.array(this.outputWeights.width);
    this.top[layers * size] = 1;
    this.raw = arithmetic.array(this.outputWeights.rows);
  }

  /** Layer 1, which contains the window; its gates are in the order that is used here. */
  first(weights, size) {
    const { share } = gates(size, [0, 1, 2, 3]), symbols = this.symbols;
    const input = weights["first.weight_input"].values, bias = weights["first.bias"].values;
    const recurrent = weights["first.weight_recurrent"].values, wide = size + symbols;
    const given = this.given;
    const entry = (row, column) => share(row) * (
      column < 3 ? input[row * given + column]
        : column < 3 + size ? recurrent[row * wide + column - 3] : bias[row]);
    const layer = new Layer(this.arithmetic, 3, size, entry);
    layer.bias = Float32Array.from(bias, (value, row) => share(row) * value);
    layer.styles = this.styleColumns(size, (row, s) => share(row) * input[row * given + 3 + s]);
    layer.symbols = new Symbols(this.arithmetic, symbols, 4 * size, (row, symbol) =>
      share(row) * recurrent[row * wide + size + symbol]);
    return layer;
  }

  /** A layer above: it reads the step, the window, and the layer below. */
  upper(weights, name, size) {
    const { row: from, share } = gates(size, LAST_CANDIDATE), symbols = this.symbols, given = this.given;
    const input = weights[`${name}.weight_ih_l0`].values, wide = given + symbols + size;
    const own = weights[`${name}.weight_hh_l0`].values;
    const one = weights[`${name}.bias_ih_l0`].values, two = weights[`${name}.bias_hh_l0`].values;
    const entry = (row, column) => {
      const at = from(row);
      if (column < 3) return share(row) * input[at * wide + column];
      if (column < 3 + size) return share(row) * input[at * wide + given + symbols + column - 3];
      if (column < 3 + 2 * size) return share(row) * own[at * size + column - 3 - size];
      return share(row) * Math.fround(one[at] + two[at]);
    };
    const layer = new Layer(this.arithmetic, 3 + size, size, entry);
    layer.bias = Float32Array.from(one, (_, row) => entry(row, 3 + 2 * size));
    layer.styles = this.styleColumns(size, (row, s) => share(row) * input[from(row) * wide + 3 + s]);
    layer.symbols = new Symbols(this.arithmetic, symbols, 4 * size, (row, symbol) =>
      share(row) * input[from(row) * wide + given + symbol]);
    return layer;
  }

  /** The columns of a layer for the vector of a hand, copied: no layer keeps the arrays of the file. */
  styleColumns(size, entry) {
    const count = this.settings.style_size;
    return Float32Array.from({ length: 4 * size * count }, (_, i) => entry(Math.floor(i / count), i % count));
  }

  /** Begin a line with this text, as symbols; `style`: the vector of the hand, or null. */
  start(text, style) {
    const changed = this.encoder && String(style) !== String(this.style);
    for (const layer of this.layers) {
      layer.forget();
      if (changed) layer.follow(style ?? []);
    }
    this.style = style;
    this.window.start(text);
  }

  /** A copy of what the next step depends on, besides the text and the style. */
  state() {
    const { kappa, phi, seen } = this.window;
    return {
      layers: this.layers.map(({ inputs, memory }) => [inputs.slice(), memory.slice()]),
      window: { kappa: kappa.slice(), phi: phi.slice(), seen },
    };
  }

  /** Go on from such a copy, after `start` with the same text and style. */
  restore({ layers, window }) {
    layers.forEach(([inputs, memory], n) => {
      this.layers[n].inputs.set(inputs);
      this.layers[n].memory.set(memory);
    });
    Object.assign(this.window, { kappa: window.kappa.slice(), phi: window.phi.slice(), seen: window.seen });
  }

  /** The raw outputs after `step` (dx, dy, end of stroke). */
  step(step) {
    let below = null, at = 0;
    for (const layer of this.layers) {
      layer.below.set(step);
      if (below) layer.below.set(below.hidden, 3);
      layer.step((gate) => layer.symbols.add(this.window.seen, gate));
      if (!below) this.window.step(layer.hidden);
      this.top.set(layer.hidden, at);
      at += layer.size;
      below = layer;
    }
    this.outputWeights.times(this.top, this.raw);
    return this.raw;
  }
}

/** The soft window over a text (Graves 2013, equations 46 to 51). */
class Window {
  constructor(weights, settings, arithmetic) {
    const { shape: [rows, size], values } = weights["first.weight_window"];
    const bias = weights["first.bias_window"].values;
    this.weights = new Matrix(arithmetic, rows, size + 1, (row, column) =>
      column < size ? values[row * size + column] : bias[row]);
    this.inputs = arithmetic.array(this.weights.width);
    this.inputs[size] = 1;
    this.raw = arithmetic.array(this.weights.rows);
    this.count = rows / 3;
    this.exponential = settings.window_parametrisation === "exp";
  }

  start(text) {
    this.text = text;
    this.kappa = new Float32Array(this.count);
    this.phi = new Float32Array(text.length + 1);
    this.seen = [];
  }

  step(hidden) {
    const { raw, count, kappa, exponential } = this;
    this.inputs.set(hidden);
    this.weights.times(this.inputs, raw);
    const phi = new Float64Array(this.text.length + 1);
    for (let k = 0; k < count; k++) {
      const [alpha, beta, advance] = [0, 1, 2].map((part) => {
        const value = raw[part * count + k];
        return exponential ? Math.exp(Math.min(value, EXPONENT_LIMIT)) : softplus(value);
      });
      kappa[k] += exponential ? advance : advance / STEPS_PER_LETTER;
      for (let u = 0; u < phi.length; u++) {
        const away = kappa[k] - u - 1;
        phi[u] += alpha * Math.exp(-Math.min(beta * away * away, BUMP_LIMIT));
      }
    }
    this.phi.set(phi);
    this.seen = this.weightsOfSymbols();
  }

  weightsOfSymbols() {
    const found = new Map();
    this.text.forEach((symbol, u) => {
      if (this.phi[u] > UNSEEN) found.set(symbol, (found.get(symbol) || 0) + this.phi[u]);
    });
    return [...found];
  }
}

function softplus(value) {
  return Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
}
