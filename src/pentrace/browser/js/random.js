// Random numbers: Philox 4x32-10, as in philox.py and generate/random_numbers.py.

const FOR_STEPS = 0, FOR_SEEDS = 1, FOR_LINES = 2;

/** The upper 32 bits of a product of two words of 32 bits. */
function highWord(a, b) {
  const aLow = a & 0xffff, aHigh = a >>> 16, bLow = b & 0xffff, bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(other / 65536)) >>> 0;
}

/** The block of a counter (four words); `seed` is a BigInt below 2^64. */
function randomWords(seed, first, second, third, fourth) {
  let low = Number(seed & 0xffffffffn), high = Number(seed >> 32n);
  let a = first >>> 0, b = second >>> 0, c = third >>> 0, d = fourth >>> 0;
  for (let round = 0; round < 10; round++) {
    const oneHigh = highWord(0xd2511f53, a), oneLow = Math.imul(0xd2511f53, a) >>> 0;
    const twoHigh = highWord(0xcd9e8d57, c), twoLow = Math.imul(0xcd9e8d57, c) >>> 0;
    a = (twoHigh ^ b ^ low) >>> 0;
    b = twoLow;
    c = (oneHigh ^ d ^ high) >>> 0;
    d = oneLow;
    low = (low + 0x9e3779b9) >>> 0;
    high = (high + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

/** Two standard normal numbers of two words (Box and Muller). */
function normals(one, two) {
  const length = Math.sqrt(-2 * Math.log((one + 0.5) / 4294967296));
  const angle = (2 * Math.PI * (two + 0.5)) / 4294967296;
  return [length * Math.cos(angle), length * Math.sin(angle)];
}

/** Uniform [0, 1), two standard normals, uniform: for step `step` of sample `index`. */
function chances(seed, index, step) {
  const [a, b, c, d] = randomWords(seed, step, index, 0, FOR_STEPS);
  const [first, second] = normals(b, c);
  return [(a >>> 8) / 16777216, Math.fround(first), Math.fround(second), (d >>> 8) / 16777216];
}

/** The seed of attempt number `attempt`, from 0. */
function anotherSeed(seed, attempt) {
  return attempt ? BigInt(randomWords(seed, attempt, 0, 0, FOR_SEEDS)[0]) : seed;
}

/** Four standard normal numbers for how line `number` strays from its place. */
function lineNormals(seed, number) {
  const [a, b, c, d] = randomWords(seed, number, 0, 0, FOR_LINES);
  return [...normals(a, b), ...normals(c, d)];
}
