// What the screens share: the worker, elements by name, files for the user.

/** The worker, with its requests numbered. */
class Work {
  constructor() {
    const source = document.getElementById("program").textContent;
    this.worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    this.requests = new Map();
    this.count = 0;
    this.worker.onmessage = ({ data }) => this.answer(data);
  }

  answer({ id, done, failed, stopped, ...news }) {
    const request = this.requests.get(id);
    if (!request) return;
    if (failed === undefined && !done && !stopped) { request.report(news); return; }
    this.requests.delete(id);
    if (failed !== undefined) request.wrong(new Error(failed));
    else request.good(stopped ? null : done);
  }

  /** The answer to a request; null if it was stopped. `report` gets the news in between. */
  ask(what, request, report = () => {}) {
    const id = ++this.count;
    this.worker.postMessage({ what, id, ...request });
    return new Promise((good, wrong) => this.requests.set(id, { good, wrong, report }));
  }

  /** End the requests so far. */
  stop() {
    this.worker.postMessage({ what: "stop", last: this.count });
  }
}

const counted = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

const byId = (id) => document.getElementById(id);

/** Give a file to the user. */
function download(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
