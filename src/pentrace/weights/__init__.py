"""The weights that come with the package; MODEL_CARD.md describes them."""
