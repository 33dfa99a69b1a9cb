// Texts: similar characters for unknown ones, symbols, and line breaks, as in write/prepare.py.

const NO_BREAK = "\u00a0";
const BREAKS = /\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]/;

/** The nearest known characters for one, or itself: one that looks alike, without marks, ... */
function nearest(character, known) {
  const plain = ALIKE[character] ?? character;
  const bare = [...plain.normalize("NFKD").replace(/\p{M}/gu, "")].map((c) => ALIKE[c] ?? c).join("");
  const choices = [character, plain, bare, swapCase(plain), swapCase(bare)];
  return choices.find((c) => c && [...c].every((part) => known.has(part))) ?? character;
}

function swapCase(text) {
  return [...text].map((c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())).join("");
}

/** The text with similar characters in place of unknown ones, where there are any. */
function substituted(text, alphabet) {
  const known = new Set(alphabet);
  return [...text].map((character) => nearest(character, known)).join("");
}

/** The characters that the network does not know, each once. */
function unknownIn(text, alphabet) {
  const known = new Set([...alphabet, "\n", NO_BREAK]);
  return [...new Set([...text].filter((character) => !known.has(character)))];
}

/** What `prepared` with `substitute` replaces, such as "Ł by L". */
function replacedIn(text, alphabet) {
  const typed = prepared(text, alphabet, false), known = new Set(alphabet);
  return unknownIn(typed, alphabet).map((one) => [one, nearest(one, known)])
    .filter(([one, near]) => near !== one).map(([one, near]) => `${one} by ${near}`);
}

/** The words of a text that are in none of its lines, since they are longer than a line. */
function cutWords(text, lines) {
  const complete = new Set(lines.flatMap((line) => line.split(/\s+/)));
  return [...new Set(unbroken(text).split(/\s+/))].filter((word) => !complete.has(word));
}

/** The characters of a text that the network hardly saw in training, with how often it saw them. */
function rareIn(text, counts) {
  const times = (count) => ["never", "once"][count] ?? `${count} times`;
  return Object.keys(counts).filter((one) => text.includes(one)).map((one) => `${one} (${times(counts[one])})`);
}

/** The text in NFC with single spaces, and with its lines. */
function unbroken(text) {
  return text.normalize("NFC").trim().split(BREAKS).map((line) =>
    line.trim().split(/\s*[\u00a0\u2007\u202f][\u00a0\u2007\u202f\s]*/)
      .map((part) => part.split(/\s+/).filter(Boolean).join(" ")).join(NO_BREAK)).join("\n");
}

/** The text as it is written: quotes and dashes of a keyboard, and what `substitute` replaces. */
function prepared(text, alphabet, substitute) {
  const typed = [...unbroken(text)].map((c) =>
    TYPOGRAPHIC.includes(c) ? substituted(c, alphabet) : c).join("");
  if (!substitute) return typed;
  return typed.split("\n").map((line) =>
    line.split(NO_BREAK).map((part) => substituted(part, alphabet)).join(NO_BREAK)).join("\n");
}

/** The lines of a text, none longer than `characters`; an empty line is an empty string. */
function wrapped(text, characters) {
  return unbroken(text).split("\n").flatMap((line) => {
    const parts = brokenLine(line, characters)
      .map((part) => part.replaceAll(NO_BREAK, " ").trim()).filter(Boolean);
    return parts.length ? parts : [""];
  });
}

function brokenLine(line, width) {
  const chunks = line.split(/( +)/).filter(Boolean).reverse();
  const lines = [];
  while (chunks.length) {
    let current = "";
    if (lines.length && !chunks.at(-1).trim()) chunks.pop();
    while (chunks.length && current.length + chunks.at(-1).length <= width) current += chunks.pop();
    if (chunks.length && chunks.at(-1).length > width) {
      const room = width - current.length, word = chunks.pop();
      current += word.slice(0, room);
      chunks.push(word.slice(room));
    }
    current = current.trimEnd();
    if (current) lines.push(current);
  }
  return lines;
}

/** Symbols of a text; unknown characters are the symbol of rare ones. */
function symbolsOf(text, alphabet) {
  return [...text.normalize("NFC")].map((character) => {
    const at = alphabet.indexOf(character);
    return at < 0 ? alphabet.length : at;
  });
}
