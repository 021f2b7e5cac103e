"""The private servers, proven with real processes that are started, killed and counted."""
