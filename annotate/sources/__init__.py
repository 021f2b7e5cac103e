"""Reading source files: one format a file, one registry, one place where a task's fields are judged.

PURE: the standard library and orjson only. ``reading.read`` takes a file and gives checked rows and errors by
line; ``checking.check_task`` judges one task, for files and for the API alike. The acts that import call
this.
"""
