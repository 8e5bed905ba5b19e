"""The verbs of cases: logging incidents, warning, assessing, closing; and what higher apps tell a case."""
