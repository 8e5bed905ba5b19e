"""What ClamAV said of a file."""

from django.db import models

from cases.models.incident import Evidence


class Scan(models.Model):
    """A file was checked for malware, once: what was found, or nothing. A file without one has not been checked."""

    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="scan")
    found = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.found or "Nothing found"
