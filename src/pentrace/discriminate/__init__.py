"""Whether written lines can be distinguished from real ones: classifiers and two-sample tests."""
