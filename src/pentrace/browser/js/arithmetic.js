// Arrays in one memory, and the three operations on them that take nearly all of the time.

const PAGE = 65536; // bytes

/** Memory for all weights and states; numbers in it are named by their place, in bytes. */
class Arithmetic {
  /** `code`: the bytes of products.wasm; null: plain JavaScript, several times slower. */
  constructor(bytes, code) {
    this.used = 16;
    const pages = Math.ceil((bytes + PAGE) / PAGE);
    this.memory = null;
    try {
      if (code) {
        this.memory = new WebAssembly.Memory({ initial: pages });
        const made = new WebAssembly.Instance(new WebAssembly.Module(code), {
          js: { memory: this.memory },
        });
        Object.assign(this, made.exports);
      }
    } catch {
      this.memory = null; // a browser without these instructions
    }
    this.fast = this.memory !== null;
    this.numbers = new Float32Array(this.fast ? this.memory.buffer : pages * (PAGE / 4));
    if (!this.fast) Object.assign(this, plain(this.numbers));
  }

  /** A Float32Array of `count` zeros in the memory; its place is `byteOffset`. */
  array(count) {
    const made = this.numbers.subarray(this.used / 4, this.used / 4 + count);
    this.used += Math.ceil(count / 4) * 16;
    if (this.used > this.numbers.byteLength) throw new Error("the memory is too small");
    return made;
  }
}

/** The operations of products.wat in JavaScript. */
function plain(numbers) {
  return {
    products(w, x, y, rows, bytes) {
      const columns = bytes / 4;
      for (let row = 0, at = w / 4; row < rows; row++) {
        let sum = 0;
        for (let i = x / 4; i < x / 4 + columns; i++) sum += numbers[at++] * numbers[i];
        numbers[y / 4 + row] = sum;
      }
    },
    addTimes(x, factor, y, bytes) {
      for (let i = 0; i < bytes / 4; i++) numbers[y / 4 + i] += factor * numbers[x / 4 + i];
    },
    tanh(x, y, bytes) {
      for (let i = 0; i < bytes / 4; i++) {
        numbers[y / 4 + i] = 1 - 2 / (1 + Math.exp(2 * Math.min(Math.max(numbers[x / 4 + i], -15), 15)));
      }
    },
  };
}

/** Rows of numbers, padded with zeros to a multiple of four rows and of four columns. */
class Matrix {
  /** `entry(row, column)` is a number of the matrix. */
  constructor(arithmetic, rows, columns, entry) {
    this.arithmetic = arithmetic;
    this.rows = Math.ceil(rows / 4) * 4;
    this.width = Math.ceil(columns / 4) * 4;
    this.numbers = arithmetic.array(this.rows * this.width);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        this.numbers[row * this.width + column] = entry(row, column);
      }
    }
  }

  /** y = W x; both are arrays of `arithmetic`, x of `width` numbers, y of `rows`. */
  times(x, y) {
    this.arithmetic.products(
      this.numbers.byteOffset, x.byteOffset, y.byteOffset, this.rows, this.width * 4,
    );
  }
}

/** The places that a matrix takes, in bytes. */
function matrixBytes(rows, columns) {
  return Math.ceil(rows / 4) * 4 * Math.ceil(columns / 4) * 16 + 16;
}
