"""Sources as they may be shown: credentials replaced by ***.

Rather hides too much than too little: a password may hold any character, so everything between
the scheme and the last @ goes, and so does the value of every query field that sounds like a login.
"""

import re

MASK = "***"
_USER_INFO = re.compile(r"^((?:[a-z][a-z0-9+.-]*://)?).*@", re.IGNORECASE | re.DOTALL)
_FIELD = re.compile(
    r"([a-z0-9]*(?:user|usr|login|pass|pwd|psw|token|secret|key|auth|sig)[a-z0-9]*=)[^&?#/]*",
    re.IGNORECASE,
)


def redacted(source: str) -> str:
    """The source without credentials; the same for the same source."""
    return _FIELD.sub(rf"\1{MASK}", _USER_INFO.sub(rf"\1{MASK}@", source))
