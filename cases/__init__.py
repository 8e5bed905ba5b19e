"""Incidents, the staged case, warnings, assessments, evidence."""
