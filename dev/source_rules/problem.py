"""What a rule reports."""

import dataclasses


@dataclasses.dataclass(frozen=True, order=True)
class Problem:
    """One finding, printed the way a compiler prints its own."""

    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"
