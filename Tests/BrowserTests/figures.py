"""How the pages write numbers, written a second time in Python so that the tests do not trust the pages' own code."""

from decimal import ROUND_HALF_UP, Decimal

NOTHING = "—"


def grouped(value, decimals=0):
    return f"{Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,}"


def yuan(fen):
    return grouped(Decimal(fen) / 100, 2)


def percent(part, whole, decimals=2):
    return grouped(Decimal(part) * 100 / Decimal(whole), decimals) if whole else NOTHING


def duration(milliseconds):
    """(number, unit) in Chinese; fractions of a millisecond arise from averages only."""
    value = Decimal(str(milliseconds))
    if abs(value) < 1000:
        return grouped(value), "毫秒"
    if abs(value) < 600000:
        return grouped(value / 1000, 2), "秒"
    if abs(value) < 36000000:
        return grouped(value / 60000, 1), "分"
    return grouped(value / 3600000, 1), "小时"


def average_duration(total, count):
    return duration(Decimal(total) / Decimal(count)) if count else (NOTHING, "")


def spoken(pair):
    return "|".join(pair)
