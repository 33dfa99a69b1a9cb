"""Stopping if too many raw files were rejected."""

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

    `read` files could be read; `lost` are rows of `schema.REJECTS`, one for each rejected file.
    The limit is in `section` of the configuration.
    """
    total = read + len(lost)
    if not total:
        raise PentraceError(f"{dataset}: there are no raw files; the README says where to put them")
    share = len(lost) / total
    if read and share <= limit:
        return
    key = f"{section}.max_reject_share"
    raise PentraceError(
        "\n".join(
            [
                f"{dataset}: {len(lost)} of {total} raw files ({share:.1%}) could not be read; "
                f"the limit is {limit:.1%} ({key}), and at least one file must be left:",
                *named(lost),
                f"Repair or remove them, or raise {key} in the configuration.",
            ]
        )
    )
