// Drawing the steps of one line, as in generate/ink_loop.py.

const OFTEN = 64; // steps between two pauses

/** One step (dx, dy, end of stroke) from raw outputs and four random numbers. */
function drawStep(raw, components, chance, bias) {
  const cumulated = new Float64Array(components);
  let largest = -Infinity;
  for (let k = 0; k < components; k++) largest = Math.max(largest, raw[1 + k]);
  let sum = 0;
  for (let k = 0; k < components; k++) {
    cumulated[k] = sum += Math.exp((raw[1 + k] - largest) * (1 + bias));
  }
  let chosen = 0;
  while (chosen < components - 1 && cumulated[chosen] <= chance[0] * sum) chosen++;
  const part = (n) => raw[1 + components * (n + 1) + chosen];
  const rho = Math.min(Math.max(part(4), -8), 8);
  const sd = (value) => Math.exp(Math.min(Math.max(value, -15), 15) - bias);
  const ends = chance[3] < 0.5 + 0.5 * Math.tanh(raw[0] / 2);
  return Float32Array.of(
    part(0) + sd(part(2)) * chance[1],
    part(1) + sd(part(3)) * (Math.tanh(rho) * chance[1] + chance[2] / Math.cosh(rho)),
    ends ? 1 : 0,
  );
}

/** Draw a line of at most `limit` steps; `text` are symbols, `style` is the vector of a hand, and
 * `primed` the {state, last} behind a primer: `last` is its last step, which is not read yet.
 *
 * `random(n)` gives the four numbers of step n. Returns its steps, whether it `stopped` before the
 * limit, the step at which the window `left` the text, and of each step the character with the
 * largest window weight and all weights. `pause` is awaited now and then.
 */
async function drawLine(network, text, random, { bias, primed, style }, limit, pause) {
  network.start(text, style ?? null);
  if (primed) network.restore(primed.state);
  let step = primed ? primed.last : new Float32Array(3);
  const steps = [], characters = [], weights = [];
  let left = limit, length = limit, stopped = false;
  for (let n = 0; n < length; n++) {
    const raw = network.step(step);
    step = drawStep(raw, network.settings.components, random(n), bias);
    steps.push(step);
    weights.push(network.window.phi.slice());
    characters.push(at(network.window, text.length));
    if (left === limit && characters[n] === text.length) left = n;
    if (left <= n && step[2] > 0) [length, stopped] = [n + 1, true];
    else if (left + LAST_STROKE <= n) [length, stopped] = [left + 1, true];
    if (n % OFTEN === OFTEN - 1) await pause();
  }
  const trimmed = (list) => list.slice(0, length);
  if (steps.some((one) => !one.every(Number.isFinite))) {
    throw new Error("the network draws steps that are not numbers: its weights are damaged");
  }
  left = Math.min(left, length);
  return {
    steps: trimmed(steps), characters: trimmed(characters), weights: trimmed(weights),
    left, stopped: stopped || left < length,
  };
}

/** The state of the network behind these steps of a line with this text. */
async function stateBehind(network, text, steps, style, pause) {
  network.start(text, style);
  for (const [n, step] of steps.entries()) {
    network.step(step);
    if (n % OFTEN === OFTEN - 1) await pause();
  }
  return network.state();
}

/** The character with the largest window weight; `behind` if the window has left the text. */
function at(window, behind) {
  if (window.kappa.every((kappa) => kappa > behind + 1)) return behind;
  let best = 0;
  for (let u = 1; u <= behind; u++) if (window.phi[u] > window.phi[best]) best = u;
  return best;
}
