// The worker: it draws lines, so that the page never waits.

let network = null, recogniser = null;
let current = 0, unwanted = 0; // numbers of requests: the one at work, and the last that was stopped

const nextTask = (() => {
  const { port1, port2 } = new MessageChannel();
  const waiting = [];
  port1.onmessage = () => waiting.shift()();
  return () => new Promise((done) => { waiting.push(done); port2.postMessage(0); });
})();

/** Let messages in between, and end the work if it is not wanted any more. */
async function pause() {
  await nextTask();
  if (current <= unwanted) throw new Stopped();
}

class Stopped extends Error {}

async function loaded({ facts, synthesis, recognition, code }) {
  const weights = await unpacked(synthesis, facts.synthesis.arrays);
  network = new Synthesis(weights, facts.synthesis.settings, code);
  if (recognition) {
    recogniser = new Recogniser(
      await unpacked(recognition, facts.recognition.arrays), facts.recognition.settings, code,
    );
  }
  return { fast: network.arithmetic.fast };
}

/** Write the text of a request; messages {texts} and {row, line} are sent in between. */
async function written({ text, settings, styles, share }, report) {
  const how = {
    bias: settings.bias, seed: BigInt(settings.seed), ...followed(styles, share), attempts: settings.attempts,
    reader: settings.check ? recogniser : null, errorLimit: ERROR_LIMIT, checked: settings.check,
    pace: PACE, pause,
  };
  await writeText(network, text, settings, how, report);
}

/** How the lines follow `styles`: one line of ink, or none; or two hands and the share of the second.
 *
 * As in write/find_style.py: a line whose text is known is continued, unless hands are mixed. A
 * share of 0 or 1 is no mixture.
 */
function followed(styles, share) {
  if (!styles.length) return { primer: null, style: null };
  if (styles.length > 1 && (share <= 0 || share >= 1)) styles = [styles[share <= 0 ? 0 : 1]];
  const primer = styles.length === 1 && styles[0].text ? styles[0] : null;
  if (!network.encoder) return { primer, style: null };
  const [one, other] = styles.map(({ steps }) => network.encoder.vector([steps]));
  return { primer, style: other ? mixed(one, other, share) : one };
}

/** Points drawn per second of one line, without a check, for the benchmark. */
async function measured({ text, points }) {
  const symbols = symbolsOf(text, network.settings.alphabet);
  const begin = performance.now();
  let drawn = 0;
  for (let number = 0; drawn < points; number++) {
    const random = (step) => chances(1n, number, step);
    const line = await drawLine(network, symbols, random, { bias: 1 }, PACE * symbols.length, async () => {});
    drawn += line.steps.length;
  }
  return { points: drawn, seconds: (performance.now() - begin) / 1000 };
}

if (typeof document === "undefined") {
  const work = { load: loaded, write: written, measure: measured };
  let queue = Promise.resolve();
  self.onmessage = ({ data }) => {
    if (data.what === "stop") { unwanted = data.last; return; }
    queue = queue.then(async () => {
      const report = (news) => self.postMessage({ id: data.id, ...news });
      current = data.id;
      try {
        report({ done: (await work[data.what](data, report)) ?? true });
      } catch (error) {
        report(error instanceof Stopped ? { stopped: true } : { failed: String(error.message ?? error) });
      }
    });
  };
}
