;; The arithmetic of a step of a network, four numbers at a time.
;; products.wasm is made of this file: python -c "import wasmtime, pathlib as p;
;; p.Path('products.wasm').write_bytes(wasmtime.wat2wasm(p.Path('products.wat').read_text()))"
(module
  (memory (import "js" "memory") 1)

  ;; y = W x. W has `rows` rows, a multiple of 4, each of `bytes` bytes, a multiple of 16.
  ;; Four rows at a time, so that each number of x is read once for all of them.
  (func (export "products")
    (param $w i32) (param $x i32) (param $y i32) (param $rows i32) (param $bytes i32)
    (local $w1 i32) (local $w2 i32) (local $w3 i32) (local $at i32) (local $end i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $v v128)
    (local.set $end (i32.add (local.get $y) (i32.shl (local.get $rows) (i32.const 2))))
    (loop $row
      (local.set $w1 (i32.add (local.get $w) (local.get $bytes)))
      (local.set $w2 (i32.add (local.get $w1) (local.get $bytes)))
      (local.set $w3 (i32.add (local.get $w2) (local.get $bytes)))
      (local.set $a (v128.const f32x4 0 0 0 0))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (local.set $at (i32.const 0))
      (loop $column
        (local.set $v (v128.load (i32.add (local.get $x) (local.get $at))))
        (local.set $a (f32x4.add (local.get $a)
          (f32x4.mul (local.get $v) (v128.load (i32.add (local.get $w) (local.get $at))))))
        (local.set $b (f32x4.add (local.get $b)
          (f32x4.mul (local.get $v) (v128.load (i32.add (local.get $w1) (local.get $at))))))
        (local.set $c (f32x4.add (local.get $c)
          (f32x4.mul (local.get $v) (v128.load (i32.add (local.get $w2) (local.get $at))))))
        (local.set $d (f32x4.add (local.get $d)
          (f32x4.mul (local.get $v) (v128.load (i32.add (local.get $w3) (local.get $at))))))
        (br_if $column (i32.lt_u
          (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $bytes))))
      ;; The sums of a, b, c and d, as the four numbers of one vector.
      (local.set $v (f32x4.add
        (i8x16.shuffle 0 1 2 3 16 17 18 19 8 9 10 11 24 25 26 27 (local.get $a) (local.get $b))
        (i8x16.shuffle 4 5 6 7 20 21 22 23 12 13 14 15 28 29 30 31
          (local.get $a) (local.get $b))))
      (local.set $a (f32x4.add
        (i8x16.shuffle 0 1 2 3 16 17 18 19 8 9 10 11 24 25 26 27 (local.get $c) (local.get $d))
        (i8x16.shuffle 4 5 6 7 20 21 22 23 12 13 14 15 28 29 30 31
          (local.get $c) (local.get $d))))
      (v128.store (local.get $y) (f32x4.add
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $v) (local.get $a))
        (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31
          (local.get $v) (local.get $a))))
      (local.set $w (i32.add (local.get $w3) (local.get $bytes)))
      (br_if $row (i32.lt_u
        (local.tee $y (i32.add (local.get $y) (i32.const 16))) (local.get $end)))))

  ;; y += factor x, for `bytes` bytes, a multiple of 16.
  (func (export "addTimes") (param $x i32) (param $factor f32) (param $y i32) (param $bytes i32)
    (local $end i32) (local $v v128)
    (local.set $v (f32x4.splat (local.get $factor)))
    (local.set $end (i32.add (local.get $x) (local.get $bytes)))
    (loop $next
      (v128.store (local.get $y) (f32x4.add (v128.load (local.get $y))
        (f32x4.mul (local.get $v) (v128.load (local.get $x)))))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (br_if $next (i32.lt_u
        (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $end)))))

  ;; y = tanh x = 1 - 2 / (1 + exp 2x), for `bytes` bytes, a multiple of 16; y may be x.
  ;; exp is 2^k exp r, with r within half of log 2, where the series up to r^7 / 7! is exact in f32.
  (func (export "tanh") (param $x i32) (param $y i32) (param $bytes i32)
    (local $end i32) (local $k v128) (local $r v128)
    (local.set $end (i32.add (local.get $x) (local.get $bytes)))
    (loop $next
      (local.set $r (f32x4.mul (v128.const f32x4 2 2 2 2)
        (f32x4.min (v128.const f32x4 15 15 15 15)
          (f32x4.max (v128.const f32x4 -15 -15 -15 -15) (v128.load (local.get $x))))))
      (local.set $k (f32x4.nearest (f32x4.mul (local.get $r)
        (v128.const f32x4 1.44269504 1.44269504 1.44269504 1.44269504))))
      ;; log 2 in two parts, of which the first has few bits, so that k times it is exact.
      (local.set $r (f32x4.sub
        (f32x4.sub (local.get $r) (f32x4.mul (local.get $k)
          (v128.const f32x4 0.693359375 0.693359375 0.693359375 0.693359375)))
        (f32x4.mul (local.get $k)
          (v128.const f32x4 -2.12194440e-4 -2.12194440e-4 -2.12194440e-4 -2.12194440e-4))))
      (v128.store (local.get $y) (f32x4.sub (v128.const f32x4 1 1 1 1)
        (f32x4.div (v128.const f32x4 2 2 2 2) (f32x4.add (v128.const f32x4 1 1 1 1) (f32x4.mul
          (i32x4.shl (i32x4.add (i32x4.trunc_sat_f32x4_s (local.get $k))
            (v128.const i32x4 127 127 127 127)) (i32.const 23))
          (f32x4.add (v128.const f32x4 1 1 1 1) (f32x4.mul (local.get $r)
          (f32x4.add (v128.const f32x4 1 1 1 1) (f32x4.mul (local.get $r)
          (f32x4.add (v128.const f32x4 0.5 0.5 0.5 0.5) (f32x4.mul (local.get $r)
          (f32x4.add (v128.const f32x4 0.16666667 0.16666667 0.16666667 0.16666667)
          (f32x4.mul (local.get $r)
          (f32x4.add (v128.const f32x4 0.041666667 0.041666667 0.041666667 0.041666667)
          (f32x4.mul (local.get $r)
          (f32x4.add (v128.const f32x4 0.0083333333 0.0083333333 0.0083333333 0.0083333333)
          (f32x4.mul (local.get $r)
          (f32x4.add (v128.const f32x4 0.0013888889 0.0013888889 0.0013888889 0.0013888889)
          (f32x4.mul (local.get $r)
            (v128.const f32x4 1.9841270e-4 1.9841270e-4 1.9841270e-4 1.9841270e-4))))))))))))))))))))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (br_if $next (i32.lt_u
        (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $end))))))
