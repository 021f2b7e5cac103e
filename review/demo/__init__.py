"""The demo project: content of our own, replayed through the ordinary acts."""
