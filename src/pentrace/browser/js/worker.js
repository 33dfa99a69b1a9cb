// A worker: it draws candidates, so that the page never waits. It has one job at a time.

let network = null, recogniser = null;
let current = 0, unwanted = 0; // numbers of jobs: the one at work, and the last that was stopped

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

const JOBS = {
  load: loaded,
  prime: (job) => readPrimer(network, job, pause),
  candidate: (job) => candidate(network, recogniser, job, pause),
  vector: ({ steps }) => network.encoder.vector([steps]),
  measure: measured,
};

if (typeof document === "undefined") {
  self.onmessage = async ({ data }) => {
    if (data.what === "stop") { unwanted = data.last; return; }
    current = data.id;
    try {
      self.postMessage({ done: await JOBS[data.what](data) });
    } catch (error) {
      self.postMessage(error instanceof Stopped ? { stopped: true } : { failed: String(error.message ?? error) });
    }
  };
}
