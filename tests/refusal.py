"""What a refused call owes its caller."""

import pytest


def refused(function, error, fragments):
    """The call fails with this very type, in one line that holds all fragments."""
    with pytest.raises(error) as caught:
        function()
    message = str(caught.value)
    assert caught.type is error
    assert "\n" not in message and len(message) < 300, message
    for fragment in fragments:
        assert fragment in message, f"{fragment!r} not in {message!r}"
