"""The command `page`: a page for browsers that writes texts and records lines, without a server."""
