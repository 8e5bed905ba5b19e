"""The administrators' room: screens over every other room, from which a provider's own rules and tables are kept."""
