"""The demo's council: invented people with believable histories, built through the services around a day."""
