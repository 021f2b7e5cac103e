"""Everything after submission: the review queue, scores, adjudication, agreement, releases."""
