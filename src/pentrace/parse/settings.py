"""Settings of the parse stage: limits on untrusted input."""

from pydantic import Field

from pentrace.settings import Settings


class ParseSettings(Settings):
    """What a raw file may be at most. A file beyond a limit goes to the rejects."""

    max_bytes: int = Field(16_000_000, ge=1, description="bytes in one raw file")
    max_depth: int = Field(32, ge=1, le=256, description="elements nested in an XML file")
    max_points: int = Field(1_000_000, ge=1, description="pen positions in one recording")
