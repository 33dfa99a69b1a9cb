"""What the workflow changes in Snakemake's scheduler is still there."""

import inspect

from snakemake.scheduling.job_scheduler import JobScheduler


def test_snakemake_has_the_limit_of_jobs_that_the_workflow_lifts() -> None:
    source = inspect.getsource(JobScheduler)
    assert "self.job_rate_limiter = " in source
    assert "if self.job_rate_limiter is not None:" in source
