"""Incidents, the staged case, warnings, assessments, evidence: a module a noun, gathered here as Django needs it."""

from cases.models.assessment import Assessment
from cases.models.case import Case, CaseQuerySet
from cases.models.incident import Affected, Draft, Evidence, Incident, Involvement
from cases.models.scan import Scan
from cases.models.warning import Warning

__all__ = [
    "Affected",
    "Assessment",
    "Case",
    "CaseQuerySet",
    "Draft",
    "Evidence",
    "Incident",
    "Involvement",
    "Scan",
    "Warning",
]
