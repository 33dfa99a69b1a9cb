// Weights from the text of the page: zlib over planes of bytes of half precision, in base64.

/** The bytes of base64 text. */
function bytesOf(text) {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Every number of half precision, as a number of single precision. */
function halves() {
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const exponent = (bits >> 10) & 31, part = bits & 1023;
    const size = exponent ? (1 + part / 1024) * 2 ** (exponent - 15) : part * 2 ** -24;
    table[bits] = bits & 0x8000 ? -size : size;
  }
  return table;
}

/** Name -> {shape, values} of the weights in `packed`; `arrays` lists [name, shape] in order. */
async function unpacked(packed, arrays) {
  const bytes = await inflated(packed);
  const count = bytes.length / 2, table = halves(), found = {};
  let at = 0;
  for (const [name, shape] of arrays) {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    for (let i = 0; i < values.length; i++, at++) {
      values[i] = table[bytes[at] | (bytes[count + at] << 8)];
    }
    found[name] = { shape, values };
  }
  return found;
}
