"""Writing lines again that people wrote, so that what was written can be read and compared."""
