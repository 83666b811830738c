"""The measured comparison: data, engines, course, report. Python's standard library only."""
