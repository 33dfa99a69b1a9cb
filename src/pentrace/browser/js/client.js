// What the screens share: the work of the workers, elements by name, files for the user.

/** What the screens ask of the workers. */
class Work {
  constructor(facts) {
    this.pool = new Pool(byId("program").textContent);
    this.encodes = facts.synthesis.settings.style_size > 0; // whether the network has an encoder of hands
    this.reads = Boolean(facts.recognition);
  }

  /** Start the first worker. The others come later: the first line should not wait for them. */
  async load(networks) {
    this.networks = networks;
    await this.pool.add(networks);
  }

  /** Start the other workers; the page does without one that cannot start, for want of memory. */
  grow() {
    const { networks } = this;
    this.networks = null;
    if (!networks) return;
    const count = workersFor(navigator.hardwareConcurrency ?? 1, navigator.deviceMemory);
    for (let n = 1; n < count; n++) this.pool.add(networks).catch(() => {});
  }

  /** The answer to one job. */
  ask(...job) {
    return this.pool.ask(...job);
  }

  /** Write a text; `report` gets the news in between, as from `writeText`. Whether it was not stopped. */
  async write({ text, settings, styles, share }, report) {
    try {
      const how = {
        bias: settings.bias, seed: BigInt(settings.seed), ...await followed(styles, share, this),
        attempts: settings.attempts, checked: settings.check, reads: settings.check && this.reads,
      };
      await writeText(this, text, settings, how, (news) => {
        report(news);
        if (news.line) this.grow();
      });
      return true;
    } catch (error) {
      if (error instanceof Stopped) return false;
      this.stop();
      throw error;
    }
  }

  /** End all that is being written. */
  stop() {
    this.pool.stop();
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
