"""Published results to compare measured ones with, and their source."""

PUBLISHED: dict[str, list[dict]] = {
    "graves-2013": [
        {
            "model": model,
            "split": "validation",
            "lines": 1438,
            "log_loss_per_sequence": loss,
            "squared_error_per_point": error,
            "source": "Graves 2013, arXiv 1308.0850",
            "filter": "steps over an unpublished limit removed",
            "recipe": "graves",
        }
        for model, loss, error in (
            ("prediction 1 x 900", -1025.7, 0.40),
            ("prediction 3 x 400", -1041.0, 0.41),
            ("prediction 3 x 400, adaptive weight noise", -1057.7, 0.41),
            ("synthesis 3 x 400", -1096.9, 0.23),
            ("synthesis 3 x 400, adaptive weight noise", -1128.2, 0.23),
        )
    ]
}

# On other corpora, with other alphabets: they show only the order of magnitude.
TEXT: dict[str, list[dict]] = {
    "graves-2013": [
        {
            "model": model,
            "split": corpus,
            "bits_per_character": static,
            "dynamic_bits_per_character": dynamic,
            "source": "Graves 2013, arXiv 1308.0850",
        }
        for model, corpus, static, dynamic in (
            ("text 1 x 1000", "Penn Treebank, test", 1.32, None),
            ("text 1 x 1000, weight noise", "Penn Treebank, test", 1.27, 1.24),
            ("text 7 x 700", "Wikipedia, validation", 1.67, 1.33),
        )
    ]
}
