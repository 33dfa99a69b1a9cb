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

/** The usual width of a text, in mean widths of a character; a letter counts without accents. */
function breadth(text) {
  const widths = [...text].map((c) => WIDTHS[[...c.normalize("NFD")][0]] ?? OTHERS);
  return widths.reduce((sum, width) => sum + width, 0);
}

/** The lines of a text, none longer than `characters` nor usually wider than `room`, as write/wrap.py. */
function wrapped(text, characters, room) {
  const fits = (line) => [...line].length <= characters && breadth(line) <= room;
  return unbroken(text).split("\n").flatMap((line) => brokenLine(line, fits));
}

function brokenLine(line, fits) {
  const done = [];
  let soFar = "";
  for (const word of line.split(" ")) {
    const together = soFar ? `${soFar} ${word}` : word;
    if (fits(together)) {
      soFar = together;
      continue;
    }
    if (soFar) done.push(soFar);
    const cut = cutWord(word, fits);
    soFar = cut.pop() ?? "";
    done.push(...cut);
  }
  const parts = [...done, soFar].map((part) => part.replaceAll(NO_BREAK, " ").trim()).filter(Boolean);
  return parts.length ? parts : [""];
}

/** A word, cut where it is longer than a line; each piece has at least one character. */
function cutWord(word, fits) {
  const characters = [...word], found = [];
  for (let begin = 0, end; begin < characters.length; begin = end) {
    end = begin + 1;
    while (end < characters.length && fits(characters.slice(begin, end + 1).join(""))) end += 1;
    found.push(characters.slice(begin, end).join(""));
  }
  return found;
}

/** Symbols of a text; unknown characters are the symbol of rare ones. */
function symbolsOf(text, alphabet) {
  return [...text.normalize("NFC")].map((character) => {
    const at = alphabet.indexOf(character);
    return at < 0 ? alphabet.length : at;
  });
}
