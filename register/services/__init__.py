"""Verbs of the register, each in the module of its name: entering, changing, keeping, removing, withholding …"""
