"""The verbs of restrictions, a module a noun or a verb; and what an appeal does to one."""
