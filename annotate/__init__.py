"""Everything up to a submitted demonstration: guidelines, sources, tasks, the queue, drafting, checks."""
