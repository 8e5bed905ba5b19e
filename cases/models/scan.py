"""What ClamAV said of a file."""

import pgtrigger
from django.db import models

from audit.models import never_emptied
from cases.models.incident import Evidence


class Scan(models.Model):
    """A file was checked for malware, once: what was found, or nothing. A file without one has not been checked."""

    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="scan")
    found = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="scan_as_found", operation=pgtrigger.Update | pgtrigger.Delete),
            never_emptied("scan"),
        ]

    def __str__(self) -> str:
        return self.found or "Nothing found"
