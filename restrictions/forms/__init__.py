"""The shape of what is typed about restrictions, a module a page or a group of them. Rules are the services'."""
