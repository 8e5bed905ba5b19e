"""The register on screen: looking somebody or some place up; and the entries, for those who decide on them."""
