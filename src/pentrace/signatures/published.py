"""Published error rates on SVC2004, and what differs in their protocol."""

from typing import Any

# Equal error rates in percent; None: not published.
PUBLISHED: list[dict[str, Any]] = [
    {
        "method": "winner of the competition (Yeung et al. 2004)",
        "task": "task1",
        "skilled": {"common": None, "per_user": 2.84},
        "random": {"common": None, "per_user": None},
        "differs": "60 users whose signatures were never published",
    },
    {
        "method": "winner of the competition (Yeung et al. 2004)",
        "task": "task2",
        "skilled": {"common": None, "per_user": 2.89},
        "random": {"common": None, "per_user": None},
        "differs": "60 users whose signatures were never published",
    },
    {
        "method": "DsDTW (2022)",
        "task": "task1",
        "skilled": {"common": 3.58, "per_user": 1.27},
        "random": {"common": None, "per_user": None},
        "differs": "trained on DeepSignDB, another data set of more users",
    },
    {
        "method": "DsDTW (2022)",
        "task": "task2",
        "skilled": {"common": 3.29, "per_user": 1.62},
        "random": {"common": 0.09, "per_user": 0.05},
        "differs": "trained on DeepSignDB, another data set of more users",
    },
    {
        "method": "single template, DTW weighted by local stability",
        "task": "task2",
        "skilled": {"common": None, "per_user": 2.08},
        "random": {"common": None, "per_user": 0.11},
        "differs": "the five references are averaged to one",
    },
    {
        "method": "DTW with its cost matrix",
        "task": "task2",
        "skilled": {"common": 7.80, "per_user": 2.53},
        "random": {"common": None, "per_user": None},
        "differs": "",
    },
]
