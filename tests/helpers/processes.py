"""Python in a separate process."""

import os
import subprocess
import sys
from pathlib import Path

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def python(
    *words: object, folder: Path | None = None, environment: dict | None = None
) -> subprocess.CompletedProcess:
    """What `python` with `words` does in `folder`; it must succeed."""
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=folder,
        env=environment or ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done


def loaded(code: str, *words: object, folder: Path | None = None) -> set[str]:
    """The modules, packages among them, that a fresh process has loaded when `code` has run.

    `words` are its command-line arguments. `code` may end by `SystemExit`, but not with an error.
    """
    program = (
        f"import sys\ntry: exec({code!r})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('\\n' + ' '.join(sys.modules))"
    )
    return set(python("-c", program, *words, folder=folder).stdout.splitlines()[-1].split())
