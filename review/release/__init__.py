"""The pure half of a release: rows, read by somebody else, become files that anybody can check."""
