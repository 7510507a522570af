"""What a person who writes, hands in or grades did wrong, in one line."""


class Complaint(Exception):
    """The command line prints it and ends with `code`: 1 found wrong, 2 called wrongly."""

    code = 1
