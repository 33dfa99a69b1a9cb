"""When too many raw files were rejected to go on."""

from pentrace.errors import PentraceError

_NAMED = 5  # rejected files that a message names


def named(lost: list[dict]) -> list[str]:
    """A line for each of the first of `lost` (rows of `schema.REJECTS`), and one for the rest."""
    lines = [f"  {row['source']}: {row['rule']}: {row['reason']}" for row in lost[:_NAMED]]
    return lines + [f"  and {len(lost) - _NAMED} more"] * (len(lost) > _NAMED)


def refuse_many_rejects(
    dataset: str, read: int, lost: list[dict], limit: float, section: str
) -> None:
    """Raise `PentraceError` if more than the share `limit` of all raw files was rejected.

    `read` files were not; `lost` are rows of `schema.REJECTS`, one for each file that was. The
    limit stands in `section` of the configuration.
    """
    total = read + len(lost)
    if not total:
        raise PentraceError(f"{dataset}: there is no raw file; see the README for where to put it")
    share = len(lost) / total
    if read and share <= limit:
        return
    raise PentraceError(
        "\n".join(
            [
                f"{dataset}: {len(lost)} of {total} raw files ({share:.1%}) could not be read; "
                f"at most {limit:.1%} may be, and one must be left:",
                *named(lost),
                f"Repair or remove them, or raise `max_reject_share` in `{section}` in the config.",
            ]
        )
    )
