"""New ink and text are drawn by one thread of BLAS, whoever asks for them."""

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from pentrace.generate import lines, sample_text, text, unconditional
from pentrace.generate.one_thread import one_thread


def threads() -> set[int]:
    """The threads of each library of BLAS that is loaded."""
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_a_function_has_one_thread_and_gives_the_others_back() -> None:
    np.ones((2, 2)) @ np.ones((2, 2))
    with threadpool_limits(2):
        before = threads()
        assert one_thread(threads)() == {1}
        assert threads() == before


def test_all_that_draw_have_one_thread() -> None:
    drawing = (
        lines.write_lines,
        unconditional.batch,
        unconditional.generate,
        sample_text.samples,
        text._write,
    )
    assert all(hasattr(function, "__wrapped__") for function in drawing)
