"""The ground floor: who may do what, what happened, what is running."""
