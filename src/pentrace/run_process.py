"""Jobs of a run end when the run ends, even if only snakemake was killed.

Else they would go on, and write into the folders of the run that is started next.
"""

import os
import signal
import threading
import time

VARIABLE = "PENTRACE_RUN"  # the number of the process that started the job
EVERY = 0.5  # s


def end_with_run() -> None:
    """Kill this process soon after the process that `VARIABLE` names has ended, if it names one."""
    run = os.environ.get(VARIABLE, "")
    if run.isdigit() and _is_there(int(run)):  # in a container, it may not be visible
        threading.Thread(target=_wait, args=(int(run),), daemon=True).start()


def _wait(run: int) -> None:
    while _is_there(run):
        time.sleep(EVERY)
    os.kill(os.getpid(), signal.SIGKILL)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of another user
        pass
    return True
