"""The rules of the source tree that no compiler checks; `docs/STYLE.md` tells why each exists."""
