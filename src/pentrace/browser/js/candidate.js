// One candidate of a line, drawn and checked, as in generate/lines.py. It depends on its request only.

/** What all candidates of a line continue: {lead, state, last} behind the primer of `how`. */
async function readPrimer(network, { text, how: { primer, style } }, pause) {
  const lead = `${primer.text.normalize("NFC")} `;
  const symbols = symbolsOf(lead + text, network.settings.alphabet);
  const state = await stateBehind(network, symbols, primer.steps.slice(0, -1), style, pause);
  return { lead, state, last: primer.steps.at(-1) };
}

/** Candidate number `attempt` of the line `text`, which is number `number` of its page.
 *
 * how: {bias, seed, style: the vector of a hand or null, checked, reads}; primed: as from
 * `readPrimer`, or null; reader: a recogniser or null.
 * Returns {text, steps, character, finished, missed, reading, failed, distance}.
 */
async function candidate(network, reader, { text, number, attempt, how, primed }, pause) {
  const seed = anotherSeed(how.seed, attempt), own = [...text].length;
  const symbols = symbolsOf((primed?.lead ?? "") + text, network.settings.alphabet);
  const random = (step) => chances(seed, number, step);
  const drawn = await drawLine(
    network, symbols, random, { ...how, primed }, PACE * (WIDE + own), pause,
  );
  const line = checked(asLine(drawn, text, symbols.length - own), how, reader);
  return { ...line, distance: distanceOf(line, network, how) };
}

function checked(line, how, reader) {
  if (!how.checked) return { ...line, failed: false };
  const incomplete = line.missed !== "" || !line.finished;
  if (!how.reads) return { ...line, failed: incomplete };
  const found = reading(reader, line.text, line.steps);
  const always = found.characters > 1 ? 1 : 0;
  const many = found.edits > Math.max(always, ERROR_LIMIT * found.characters);
  return { ...line, reading: found, failed: found.edits > 0 && (incomplete || many) };
}

/** How far a line is from the hand that was asked for, in [0, 2]; 0 without a hand. */
function distanceOf(line, network, how) {
  if (!network.encoder || !how.style || !how.reads) return 0;
  const vector = network.encoder.vector([line.steps]);
  return 1 - sum(vector.map((value, s) => value * how.style[s])) / vector.length;
}

/** A drawn line; its text begins at character `begin` of the text that was read. */
function asLine(drawn, text, begin) {
  const letters = [...text], last = begin + letters.length - 1;
  const length = ownEnd(drawn, last, letters);
  let steps = drawn.steps.slice(0, length);
  let character = drawn.characters.slice(0, length)
    .map((at) => Math.min(Math.max(at - begin, 0), letters.length));
  const missed = missedIn(drawn.weights.slice(0, length), begin, letters);
  if (begin) {
    const start = ownStart(steps, drawn.characters.slice(0, length).map((at) => at >= begin));
    steps = steps.slice(start);
    character = character.slice(start);
    steps[0] = Float32Array.of(0, 0, steps[0][2]);
  } else {
    steps = [new Float32Array(3), ...steps];
    character = [character[0], ...character];
  }
  const end = steps.length - 1;
  steps[end] = Float32Array.of(steps[end][0], steps[end][1], 1);
  return { text, steps, character, finished: drawn.stopped, missed, reading: null, failed: false };
}

/** How many of the steps belong to the text: see `own_end` in Python. */
function ownEnd({ steps, characters, left }, last, letters) {
  if (!(left > 0 && left < steps.length) || steps[left - 1][2] < 0.5) return steps.length;
  let begun = 0;
  for (let n = 0; n < left; n++) {
    if ((n === 0 || steps[n - 1][2] > 0.5) && characters[n] === last) begun++;
  }
  const ending = letters.at(-1);
  const needed = TWO_STROKES.includes(ending) ? 2 : Number(!/[\p{L}\p{N}]/u.test(ending));
  return begun >= needed ? left : steps.length;
}

/** The first of the steps that belong to the new text: see `own_start` in Python. */
function ownStart(steps, own) {
  const first = Math.max(own.indexOf(true), 0), count = steps.length;
  let begin = 0, end = count;
  for (let n = 0; n < first; n++) if (steps[n][2] > 0.5) begin = n + 1;
  for (let n = count - 1; n >= first; n--) if (steps[n][2] > 0.5) end = n + 1;
  if (2 * (end - first) >= end - begin) return begin;
  return end - first < TAIL && end < count ? end : first;
}

/** The characters that the window did not visit in order, as in generate/window_check.py. */
function missedIn(weights, begin, letters) {
  const visits = letters.map(() => ({ count: 0, came: 0, last: weights.length - 1 }));
  weights.forEach((phi, n) => {
    const least = Math.max(NEAR * phi.reduce((a, b) => Math.max(a, b)), SEEN);
    visits.forEach((visit, u) => {
      if (phi[begin + u] < least) return;
      if (!visit.count++) visit.came = n;
      visit.last = n;
    });
  });
  let earlier = 0, found = "";
  visits.forEach(({ count, came, last }, u) => {
    const enough = count >= LEAST_VISITS;
    if (!(enough && last >= earlier) && letters[u].trim()) found += letters[u];
    if (enough) earlier = Math.max(earlier, came);
  });
  return found;
}
