"""What happened to whom: each story takes one resident's case so far, in days before (or after) the day of the demo."""

from ops.seed import restricted, warned

STORIES = sorted((*warned.STORIES, *restricted.STORIES), key=lambda story: story.resident)
