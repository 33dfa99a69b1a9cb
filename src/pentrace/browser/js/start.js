// The beginning of the page: the weights go to the worker, and the three screens are connected.

const NARROW = 560; // CSS pixels: on a narrower screen an upright card is easier to read

/** Show one screen, and mark its button. */
function showScreen(name) {
  for (const screen of document.querySelectorAll("main > section")) screen.hidden = screen.id !== name;
  for (const button of document.querySelectorAll("nav button")) {
    if (button.dataset.screen === name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
}

async function start() {
  const facts = JSON.parse(byId("facts").textContent), work = new Work(facts);
  const bytes = (id) => (byId(id).textContent.trim() ? bytesOf(byId(id).textContent) : null);
  if (window.innerWidth < NARROW) byId("page-size").value = "105x148";
  const view = new WriteView(facts, work);
  new RecordView(facts.synthesis.settings, (name, ink) => {
    showScreen("write");
    view.useHand(name, ink);
  });
  new CollectView();
  for (const button of document.querySelectorAll("nav button")) {
    button.addEventListener("click", () => showScreen(button.dataset.screen));
  }
  showScreen("write");
  window.pentrace = { work, view, facts }; // for the console, and for tests
  try {
    await work.load({
      facts, code: bytes("code"), synthesis: bytes("synthesis"), recognition: bytes("recognition"),
    });
    await view.write();
  } catch (error) {
    view.say(`This browser cannot run the network: ${error.message}. Use a browser of 2023 or later.`, true);
  }
}

if (typeof document !== "undefined") start();
