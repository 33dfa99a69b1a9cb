// The vector of a hand from any ink of it, as in generate/numpy_style.py.

class StyleEncoder {
  constructor(weights) {
    this.layers = [];
    for (let n = 0; weights[`encoder.convolutions.${n}.weight`]; n++) {
      const { shape, values } = weights[`encoder.convolutions.${n}.weight`];
      this.layers.push({ shape, kernel: values, bias: weights[`encoder.convolutions.${n}.bias`].values });
    }
    this.project = weights["encoder.project.weight"].values;
    this.bias = weights["encoder.project.bias"].values;
  }

  /** The vector, with mean 0 and variance 1, of normalised lines of one hand. */
  vector(lines) {
    const found = lines.map((line) => this.ofLine(line));
    if (found.length === 1) return found[0];
    return standardised(found[0].map((_, s) => mean(found.map((one) => one[s]))));
  }

  ofLine(line) {
    let channels = [0, 1, 2].map((axis) => Float64Array.from(line, (step) => step[axis]));
    channels.push(new Float64Array(line.length).fill(1));
    for (const layer of this.layers) channels = halved(channels, layer);
    const means = channels.map(mean);
    const spreads = channels.map((values, i) =>
      Math.sqrt(mean(values.map((value) => (value - means[i]) ** 2)) + LEAST_VARIANCE));
    const pooled = [...means, ...spreads];
    return standardised(Array.from(this.bias, (bias, s) =>
      pooled.reduce((all, value, i) => all + value * this.project[s * pooled.length + i], bias)));
  }
}

/** The vector of a hand between two: 0 is `one`, 1 is `other`. */
function mixed(one, other, share) {
  return standardised(one.map((value, s) => (1 - share) * value + share * other[s]));
}

function standardised(raw) {
  const middle = mean(raw), centred = raw.map((value) => value - middle);
  const size = Math.sqrt(mean(centred.map((value) => value * value)) + ROUNDING);
  return centred.map((value) => Math.fround(value / size));
}

/** Convolution at every second point, without what is below 0.
 *
 * All numbers that a point depends on are copied next to one another first, which is many times as fast.
 */
function halved(channels, { shape: [outputs, inputs, width], kernel, bias }) {
  const count = Math.ceil(channels[0].length / 2), near = new Float64Array(inputs * width);
  const made = Array.from({ length: outputs }, () => new Float64Array(count));
  for (let n = 0; n < count; n++) {
    copyNear(channels, 2 * n - Math.floor(width / 2), width, near);
    for (let o = 0; o < outputs; o++) {
      let sum = bias[o];
      for (let i = 0, at = o * near.length; i < near.length; i++, at++) sum += near[i] * kernel[at];
      made[o][n] = Math.max(sum, 0);
    }
  }
  return made;
}

/** Copy the `width` values of each channel from number `first`; outside of a channel they are 0. */
function copyNear(channels, first, width, near) {
  channels.forEach((values, i) => {
    for (let w = 0; w < width; w++) {
      const inside = first + w >= 0 && first + w < values.length;
      near[i * width + w] = inside ? values[first + w] : 0;
    }
  });
}
