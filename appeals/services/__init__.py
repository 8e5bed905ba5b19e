"""The verbs of appeals, each in the module that owns it: lodging, hearing, deciding, withdrawing, closing windows."""
