// Lines of text: candidates are drawn and checked, and the best is kept, as in generate/lines.py.

/** How many candidates are drawn before each check: from and up to these numbers. */
function rounds(how) {
  const found = [], most = how.checked ? how.attempts : 1;
  let begin = 0, size = 1;
  if (how.reader) size = how.style ? FIRST_IN_HAND : FIRST_CANDIDATES;
  while (begin < most) {
    found.push([begin, Math.min(begin + size, how.attempts)]);
    begin += size;
    if (how.reader) size *= 2;
  }
  return found;
}

/** Write `text` as line number `number`.
 *
 * how: {bias, seed, primer: {steps, text} or null, style: the vector of a hand or null, attempts, reader, errorLimit, checked, pause}.
 * Returns {text, steps, character, finished, missed, attempts, reading, failed}.
 */
async function writeLine(network, text, how, number) {
  let best = null, attempts = 0;
  for (const [begin, end] of rounds(how)) {
    for (let attempt = begin; attempt < end; attempt++) {
      const drawn = checked(await candidate(network, text, how, number, attempt), how);
      const line = { ...drawn, distance: distanceOf(drawn, network, how) };
      if (!best || before(badness(line), badness(best))) best = line;
    }
    attempts = end;
    if (!best.failed && (!best.reading || best.reading.edits === 0)) break;
  }
  return { ...best, attempts };
}

async function candidate(network, text, how, number, attempt) {
  const seed = anotherSeed(how.seed, attempt), own = [...text].length;
  const lead = how.primer ? `${how.primer.text.normalize("NFC")} ` : "";
  const symbols = symbolsOf(lead + text, network.settings.alphabet);
  const limit = how.pace * (WIDE + own);
  const drawn = await drawLine(
    network, symbols, (step) => chances(seed, number, step), how, limit, how.pause,
  );
  return asLine(drawn, text, symbols.length - own);
}

function checked(line, how) {
  if (!how.checked) return { ...line, failed: false };
  const incomplete = line.missed !== "" || !line.finished;
  if (!how.reader) return { ...line, failed: incomplete };
  const found = reading(how.reader, line.text, line.steps);
  const always = found.characters > 1 ? 1 : 0;
  const many = found.edits > Math.max(always, how.errorLimit * found.characters);
  return { ...line, reading: found, failed: found.edits > 0 && (incomplete || many) };
}

/** How far a line is from the hand that was asked for, in [0, 2]; 0 without a hand. */
function distanceOf(line, network, how) {
  if (!network.encoder || !how.style || !how.reader) return 0;
  const vector = network.encoder.vector([line.steps]);
  return 1 - sum(vector.map((value, s) => value * how.style[s])) / vector.length;
}

function badness(line) {
  const skipped = [[...line.missed].length, Number(!line.finished)];
  if (!line.reading) return skipped;
  const { edits: wrong, logProbability: nats } = line.reading;
  return [Number(line.failed), wrong, ...skipped, line.distance - READ_BETTER * nats];
}

/** Whether the numbers `one` come before `other`, in the order of the first that differ. */
function before(one, other) {
  const at = one.findIndex((value, i) => value !== other[i]);
  return at >= 0 && one[at] < other[at];
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
