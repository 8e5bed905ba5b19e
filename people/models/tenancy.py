"""Tenancies, and who holds or shares them."""

from django.db import models

from people.models.provider import Provider
from people.models.resident import Resident


class Tenancy(models.Model):
    """A tenancy, lease or licence. A visitor, an applicant or an elected member has none."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="tenancies")
    reference = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "tenancies"
        constraints = [models.UniqueConstraint(fields=["provider", "reference"], name="tenancy_reference_once")]

    def __str__(self) -> str:
        return f"{self.reference} ({self.kind})"


class Occupancy(models.Model):
    """Who holds or shares a tenancy."""

    class Part(models.TextChoices):
        """Joint tenants are each answerable only for what each did (Dover 6.16)."""

        TENANT = "tenant", "Tenant"
        JOINT_TENANT = "joint_tenant", "Joint tenant"
        HOUSEHOLD = "household", "Member of the household"

    tenancy = models.ForeignKey(Tenancy, on_delete=models.CASCADE, related_name="occupancies")
    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="occupancies")
    part = models.CharField(max_length=20, choices=Part)

    class Meta:
        verbose_name_plural = "occupancies"
        constraints = [models.UniqueConstraint(fields=["tenancy", "resident"], name="occupancy_once")]

    def __str__(self) -> str:
        return f"{self.resident_id} in {self.tenancy_id}"
