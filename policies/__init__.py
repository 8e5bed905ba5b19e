"""What a provider's policy says, as data: its form, its loader, its clocks, and the working days of the four nations.

This package imports no Django and reads no clock, so that it can be used as a library: `loader.read` turns the text of
a policy file into a `Policy`, `clocks.work_out` answers every date, `law` adds what no policy can switch off.
"""
