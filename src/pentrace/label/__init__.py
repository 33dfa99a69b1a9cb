"""Stage `label`: writer, form, text and split of every sample."""
