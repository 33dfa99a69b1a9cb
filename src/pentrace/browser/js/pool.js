// The workers of the page: each has one job at a time, such as one candidate of a line.

const MOST_WORKERS = 8, WORKERS_IN_GB = 2; // a worker needs up to 65 MiB

/** How many workers draw on a machine with so many cores, of which the page itself needs little.
 *
 * memory: of the machine in GB; many browsers do not say it.
 */
function workersFor(cores, memory) {
  const most = memory ? Math.min(MOST_WORKERS, WORKERS_IN_GB * memory) : MOST_WORKERS;
  return Math.max(Math.min(cores > 2 ? cores - 1 : cores, most), 1);
}

class Pool {
  constructor(source) {
    this.address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.members = []; // {worker, job: {id, good, wrong, ...} or null}
    this.waiting = []; // jobs that no worker has begun, in the order in which they will begin
    this.count = 0; // of jobs so far
    this.broken = null; // why no job can be done
  }

  /** Start one more worker with these `networks`; it gets jobs as soon as it has unpacked them. */
  async add(networks) {
    const member = { worker: null, job: null };
    try {
      await new Promise((good, wrong) => {
        member.worker = new Worker(this.address);
        member.worker.onmessage = ({ data }) => this.answer(member, data);
        member.worker.onerror = (event) => this.lose(member, event);
        this.give(member, { what: "load", request: networks, good, wrong });
      });
    } catch (error) {
      member.worker?.terminate();
      if (!this.members.length) this.fail(error);
      throw error;
    }
    this.members.push(member);
    this.next();
  }

  /** The answer to a job, from the first worker that is free; jobs of lower `order` begin first. */
  ask(what, request, order = 0) {
    return new Promise((good, wrong) => {
      const job = { what, request, order, good, wrong };
      if (this.broken) { wrong(this.broken); return; }
      const later = this.waiting.findIndex((other) => other.order > order);
      this.waiting.splice(later < 0 ? this.waiting.length : later, 0, job);
      this.next();
    });
  }

  next() {
    for (const member of this.members) {
      if (!member.job && this.waiting.length) this.give(member, this.waiting.shift());
    }
  }

  give(member, job) {
    member.job = { ...job, id: ++this.count };
    member.worker.postMessage({ ...job.request, what: job.what, id: member.job.id });
  }

  answer(member, { done, failed, stopped }) {
    const { good, wrong } = member.job;
    member.job = null;
    if (failed !== undefined) wrong(new Error(failed));
    else if (stopped) wrong(new Stopped());
    else good(done);
    this.next();
  }

  /** No job can be done any more. */
  fail(error) {
    this.broken = error;
    for (const { wrong } of this.waiting.splice(0)) wrong(error);
  }

  /** Go on without a worker that cannot work any more; another does its job again. */
  lose(member, event) {
    event.preventDefault();
    member.worker.terminate();
    this.members = this.members.filter((other) => other !== member);
    const { job } = member, again = this.members.length > 0 && job?.what !== "load";
    const error = new Error(`A worker has failed: ${event.message || "no reason is known"}. Load the page again.`);
    member.job = null;
    if (again && job) this.waiting.unshift(job);
    else job?.wrong(error);
    if (!this.members.length) this.fail(error);
    this.next();
  }

  /** End all jobs, in all workers at once; each fails with `Stopped`. */
  stop() {
    const busy = this.members.filter(({ job }) => job);
    for (const { worker, job } of busy) worker.postMessage({ what: "stop", last: job.id });
    for (const { wrong } of [...busy.map(({ job }) => job), ...this.waiting.splice(0)]) wrong(new Stopped());
  }
}
