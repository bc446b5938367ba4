"""Ends a run with what the replay of the recording has counted."""

from expectation import REPORTS


def pytest_terminal_summary(terminalreporter):
    for title, lines in REPORTS:
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)
