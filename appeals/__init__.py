"""Appeals against restrictions."""
