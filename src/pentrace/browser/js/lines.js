// Lines of text: the workers draw candidates, and the best is kept, as in generate/lines.py.

/** How many candidates are drawn before each check: from and up to these numbers. */
function rounds(how) {
  const found = [], most = how.checked ? how.attempts : 1;
  let begin = 0, size = 1;
  if (how.reads) size = how.style ? FIRST_IN_HAND : FIRST_CANDIDATES;
  while (begin < most) {
    found.push([begin, Math.min(begin + size, how.attempts)]);
    begin += size;
    if (how.reads) size *= 2;
  }
  return found;
}

/** Write `text` as line number `number`; lines of lower numbers come first.
 *
 * how: {bias, seed, primer: {steps, text} or null, style: the vector of a hand or null, attempts,
 * checked, reads: whether a recogniser reads the candidates}.
 * The candidates of a round may be drawn in any order, but they are compared in theirs, so the
 * number of workers changes nothing. Returns what `candidate` does, and {attempts}.
 */
async function writeLine(work, text, how, number) {
  const { primer, ...own } = how, primed = await primedFor(work, text, how, number);
  const drawn = (attempt) => work.ask("candidate", { text, number, attempt, how: own, primed }, number);
  let best = null, attempts = 0;
  for (const [begin, end] of rounds(how)) {
    const round = Array.from({ length: end - begin }, (_, i) => drawn(begin + i));
    for (const line of await Promise.all(round)) {
      if (!best || before(badness(line), badness(best))) best = line;
    }
    attempts = end;
    if (!best.failed && (!best.reading || best.reading.edits === 0)) break;
  }
  return { ...best, attempts };
}

const states = new WeakMap(); // primer -> text -> the state behind the primer, as a promise

/** The state behind the primer of `how`: it takes as long as a candidate, so it is asked for once. */
function primedFor(work, text, how, number) {
  if (!how.primer) return null;
  if (!states.has(how.primer)) states.set(how.primer, new Map());
  const known = states.get(how.primer);
  if (!known.has(text)) known.set(text, work.ask("prime", { text, how }, number));
  return known.get(text);
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
