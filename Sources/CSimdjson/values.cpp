// Texts and JSON scalars to typed values, by the rules of Flink's formats.
#include "json_batch.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include <simdjson.h>

namespace {

enum Outcome { stored = 0, null = 1, bad = 2 };

struct Slice {
    const uint8_t *at;
    const uint8_t *end;
    size_t count() const { return size_t(end - at); }
};

bool is_digit(uint8_t c) { return uint8_t(c - '0') < 10; }

// Java's String.trim: everything up to the blank goes.
Slice trimmed(Slice s) {
    while (s.at < s.end && *s.at <= 0x20) s.at++;
    while (s.at < s.end && s.end[-1] <= 0x20) s.end--;
    return s;
}

bool equals_ignoring_case(Slice s, const char *lower) {
    size_t n = strlen(lower);
    if (s.count() != n) return false;
    for (size_t i = 0; i < n; i++)
        if ((s.at[i] | 0x20) != uint8_t(lower[i])) return false;
    return true;
}

// Sign, digits and exponent of a decimal number, wherever its point stands.
struct Number {
    bool negative = false;
    // Digits without the point; leading zeros skipped.
    std::string digits;
    // value = digits * 10^exponent
    int64_t exponent = 0;
};

bool parse_exponent(Slice &s, int64_t &exponent) {
    bool negative = false;
    if (s.at < s.end && (*s.at == '+' || *s.at == '-')) negative = *s.at++ == '-';
    if (s.at == s.end || !is_digit(*s.at)) return false;
    int64_t value = 0;
    for (; s.at < s.end && is_digit(*s.at); s.at++)
        if (value < 100000000) value = value * 10 + (*s.at - '0');
    exponent = negative ? -value : value;
    return true;
}

bool parse_number(Slice s, Number &out) {
    if (s.at < s.end && (*s.at == '-' || *s.at == '+')) out.negative = *s.at++ == '-';
    bool any = false;
    bool fraction = false;
    int64_t scale = 0;
    for (; s.at < s.end; s.at++) {
        if (is_digit(*s.at)) {
            any = true;
            if (*s.at != '0' || !out.digits.empty()) out.digits.push_back(char(*s.at));
            if (fraction) scale++;
        } else if (*s.at == '.' && !fraction) {
            fraction = true;
        } else {
            break;
        }
    }
    if (!any) return false;
    int64_t exponent = 0;
    if (s.at < s.end && (*s.at | 0x20) == 'e') {
        s.at++;
        if (!parse_exponent(s, exponent)) return false;
    }
    if (s.at != s.end) return false;
    out.exponent = exponent - scale;
    return true;
}

// digits * 10^(exponent + scale) as an integer of at most 38 digits; half rounds away from zero when `rounds`.
bool scaled(const Number &number, int scale, bool rounds, __int128 &out) {
    out = 0;
    if (number.digits.empty()) return true;
    int64_t shift = number.exponent + scale;
    int64_t kept = int64_t(number.digits.size()) + shift;
    if (kept > 38) return false;
    __int128 value = 0;
    for (int64_t i = 0; i < kept; i++) {
        int digit = i < int64_t(number.digits.size()) ? number.digits[size_t(i)] - '0' : 0;
        value = value * 10 + digit;
    }
    if (rounds && kept >= 0 && kept < int64_t(number.digits.size()) && number.digits[size_t(kept)] >= '5') value += 1;
    out = number.negative ? -value : value;
    return true;
}

__int128 power_of_ten(int exponent) {
    __int128 value = 1;
    while (exponent-- > 0) value *= 10;
    return value;
}

Outcome store_decimal(const millrace_field &field, __int128 *place, Slice s) {
    Number number;
    if (!parse_number(trimmed(s), number)) return bad;
    __int128 value;
    if (!scaled(number, field.scale, true, value)) return null;
    if (field.precision < 38) {
        __int128 limit = power_of_ten(field.precision);
        if (value >= limit || value <= -limit) return null;
    } else if (field.precision >= 38) {
        __int128 limit = power_of_ten(38);
        if (value >= limit || value <= -limit) return null;
    }
    *place = value;
    return stored;
}

// Plain digits with an optional sign, as Long.parseLong takes them.
bool parse_integer(Slice s, int64_t &out) {
    bool negative = false;
    if (s.at < s.end && (*s.at == '-' || *s.at == '+')) negative = *s.at++ == '-';
    size_t n = s.count();
    if (n == 0) return false;
    uint64_t value = 0;
    for (; s.at < s.end; s.at++) {
        if (!is_digit(*s.at)) return false;
        if (__builtin_mul_overflow(value, uint64_t(10), &value)) return false;
        if (__builtin_add_overflow(value, uint64_t(*s.at - '0'), &value)) return false;
    }
    if (value > uint64_t(INT64_MAX) + (negative ? 1 : 0)) return false;
    out = negative ? int64_t(0 - value) : int64_t(value);
    return true;
}

Outcome store_integer(int bits, int64_t *place, Slice s, millrace_form form) {
    int64_t value;
    if (form == MILLRACE_FORM_TEXT) s = trimmed(s);
    if (!parse_integer(s, value)) {
        // A JSON number with a fraction or exponent is cut off to an integer; a text is not.
        Number number;
        __int128 wide;
        if (form != MILLRACE_FORM_NUMBER || !parse_number(s, number)) return bad;
        if (!scaled(number, 0, false, wide)) return bad;
        if (wide > INT64_MAX || wide < INT64_MIN) return bad;
        value = int64_t(wide);
    }
    if (bits < 64) {
        int64_t limit = int64_t(1) << (bits - 1);
        if (value >= limit || value < -limit) return bad;
    }
    *place = value;
    return stored;
}

template <class Real>
bool parse_real(Slice s, Real &out) {
    bool negative = false;
    if (s.at < s.end && (*s.at == '-' || *s.at == '+')) negative = *s.at++ == '-';
    if (s.at == s.end) return false;
    if (*s.at == 'N' || *s.at == 'I') {
        bool nan = s.count() == 3 && memcmp(s.at, "NaN", 3) == 0;
        bool infinite = s.count() == 8 && memcmp(s.at, "Infinity", 8) == 0;
        if (!nan && !infinite) return false;
        out = nan ? std::numeric_limits<Real>::quiet_NaN() : std::numeric_limits<Real>::infinity();
        if (negative) out = -out;
        return true;
    }
    if (!is_digit(*s.at) && *s.at != '.') return false;
    uint8_t last = s.end[-1] | 0x20;
    if ((last == 'd' || last == 'f') && s.count() > 1) s.end--;
    auto first = reinterpret_cast<const char *>(s.at), end = reinterpret_cast<const char *>(s.end);
    Real value = 0;
    auto result = std::from_chars(first, end, value);
    if (result.ptr != end) return false;
    if (result.ec == std::errc::result_out_of_range) {
        std::string copy(first, end);
        value = sizeof(Real) == 4 ? Real(strtof(copy.c_str(), nullptr)) : Real(strtod(copy.c_str(), nullptr));
    } else if (result.ec != std::errc()) {
        return false;
    }
    out = negative ? -value : value;
    return true;
}

// ---- dates and times ----

// `count` digits as a number; -1 when there are others.
int digits(Slice &s, int count) {
    if (s.count() < size_t(count)) return -1;
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(s.at[i])) return -1;
        value = value * 10 + (s.at[i] - '0');
    }
    s.at += count;
    return value;
}

bool take(Slice &s, uint8_t c) {
    if (s.at == s.end || *s.at != c) return false;
    s.at++;
    return true;
}

int month_length(int year, int month) {
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : lengths[month - 1];
}

// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
int64_t days_since_epoch(int year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

// `clamps`: a day behind the end of its month is its last day, as Java's formatters of timestamps resolve it.
bool parse_date(Slice &s, bool clamps, int64_t &days) {
    int year = digits(s, 4);
    if (year < 0 || !take(s, '-')) return false;
    int month = digits(s, 2);
    if (month < 1 || month > 12 || !take(s, '-')) return false;
    int day = digits(s, 2);
    if (day < 1 || day > 31) return false;
    int length = month_length(year, month);
    if (day > length) {
        if (!clamps) return false;
        day = length;
    }
    days = days_since_epoch(year, month, day);
    return true;
}

// Nanoseconds of the day; seconds may be left out when `short_form`.
bool parse_time(Slice &s, bool short_form, int64_t &nanoseconds) {
    int hour = digits(s, 2);
    if (hour < 0 || hour > 23 || !take(s, ':')) return false;
    int minute = digits(s, 2);
    if (minute < 0 || minute > 59) return false;
    int second = 0;
    int64_t fraction = 0;
    if (take(s, ':')) {
        second = digits(s, 2);
        if (second < 0 || second > 59) return false;
        if (take(s, '.')) {
            int64_t unit = 100000000;
            if (s.at == s.end || !is_digit(*s.at)) return false;
            for (; s.at < s.end && is_digit(*s.at); s.at++) {
                if (unit == 0) return false;
                fraction += unit * (*s.at - '0');
                unit /= 10;
            }
        }
    } else if (!short_form) {
        return false;
    }
    nanoseconds = ((hour * 60 + minute) * int64_t(60) + second) * 1000000000 + fraction;
    return true;
}

// `Z` or an offset such as +08:00, in seconds.
bool parse_zone(Slice &s, int64_t &seconds) {
    seconds = 0;
    if (take(s, 'Z') || take(s, 'z')) return true;
    bool negative = take(s, '-');
    if (!negative && !take(s, '+')) return false;
    int hour = digits(s, 2);
    take(s, ':');
    int minute = digits(s, 2);
    if (hour < 0 || hour > 18 || minute < 0 || minute > 59) return false;
    seconds = (hour * 60 + minute) * int64_t(60);
    if (negative) seconds = -seconds;
    return true;
}

int64_t floored_to(int64_t value, int64_t unit) {
    int64_t rest = value % unit;
    return value - (rest < 0 ? rest + unit : rest);
}

// Seconds since 1970 and the nanoseconds above them.
bool parse_timestamp(const millrace_field &field, Slice s, bool zoned, int64_t &seconds, int64_t &nanoseconds) {
    int64_t days, of_day, offset = 0;
    if (!parse_date(s, true, days)) return false;
    if (field.iso ? !(take(s, 'T') || take(s, 't')) : !take(s, ' ')) return false;
    if (!parse_time(s, field.iso, of_day)) return false;
    if (zoned && !parse_zone(s, offset)) return false;
    if (s.at != s.end) return false;
    seconds = days * 86400 + of_day / 1000000000 - offset;
    nanoseconds = of_day % 1000000000;
    return true;
}

Outcome store_timestamp(const millrace_field &field, int64_t *place, Slice s, bool zoned) {
    int64_t seconds, nanoseconds;
    if (!parse_timestamp(field, s, zoned, seconds, nanoseconds)) return bad;
    int64_t value = seconds * 1000000 + nanoseconds / 1000;
    static const int64_t units[] = {1000000, 100000, 10000, 1000, 100, 10};
    *place = field.precision < 6 ? floored_to(value, units[field.precision]) : value;
    return stored;
}

// A timestamp of precision 7 to 9, in nanoseconds.
Outcome store_wide_timestamp(const millrace_field &field, __int128 *place, Slice s, bool zoned) {
    int64_t seconds, nanoseconds;
    if (!parse_timestamp(field, s, zoned, seconds, nanoseconds)) return bad;
    int64_t unit = field.precision < 8 ? 100 : field.precision < 9 ? 10 : 1;
    *place = __int128(seconds) * 1000000000 + (nanoseconds - nanoseconds % unit);
    return stored;
}

Outcome store_time(const millrace_field &field, int64_t *place, Slice s) {
    int64_t nanoseconds;
    if (!parse_time(s, false, nanoseconds) || s.at != s.end) return bad;
    static const int64_t units[] = {1000, 100, 10};
    int64_t milliseconds = nanoseconds / 1000000;
    *place = field.precision < 3 ? floored_to(milliseconds, units[field.precision]) : milliseconds;
    return stored;
}

Outcome store_boolean(uint64_t *words, size_t row, Slice s) {
    uint64_t mask = uint64_t(1) << (row & 63);
    if (equals_ignoring_case(trimmed(s), "true")) words[row >> 6] |= mask;
    else words[row >> 6] &= ~mask;
    return stored;
}

}  // namespace

extern "C" int millrace_store_value(const millrace_field *field, void *values, size_t row, const uint8_t *bytes,
                                    size_t length, millrace_form form) {
    Slice s{bytes, bytes + length};
    auto *words = static_cast<int64_t *>(values);
    if (form == MILLRACE_FORM_LITERAL && field->kind != MILLRACE_BOOLEAN) return bad;
    switch (field->kind) {
    case MILLRACE_BOOLEAN: return store_boolean(static_cast<uint64_t *>(values), row, s);
    case MILLRACE_INT8: return store_integer(8, words + row, s, form);
    case MILLRACE_INT16: return store_integer(16, words + row, s, form);
    case MILLRACE_INT32: return store_integer(32, words + row, s, form);
    case MILLRACE_INT64: return store_integer(64, words + row, s, form);
    case MILLRACE_FLOAT32: {
        float value;
        if (!parse_real(trimmed(s), value)) return bad;
        static_cast<double *>(values)[row] = value;
        return stored;
    }
    case MILLRACE_FLOAT64: return parse_real(trimmed(s), static_cast<double *>(values)[row]) ? stored : bad;
    case MILLRACE_DECIMAL: return store_decimal(*field, static_cast<__int128 *>(values) + row, s);
    default: break;
    }
    if (form == MILLRACE_FORM_NUMBER) return bad;
    switch (field->kind) {
    case MILLRACE_DATE: return parse_date(s, false, words[row]) && s.at == s.end ? stored : bad;
    case MILLRACE_TIME: return store_time(*field, words + row, s);
    case MILLRACE_TIMESTAMP: return store_timestamp(*field, words + row, s, false);
    case MILLRACE_TIMESTAMP_LTZ: return store_timestamp(*field, words + row, s, true);
    case MILLRACE_WIDE_TIMESTAMP:
        return store_wide_timestamp(*field, static_cast<__int128 *>(values) + row, s, false);
    case MILLRACE_WIDE_TIMESTAMP_LTZ:
        return store_wide_timestamp(*field, static_cast<__int128 *>(values) + row, s, true);
    default: return bad;
    }
}

extern "C" ptrdiff_t millrace_base64(const uint8_t *bytes, size_t length, uint8_t *out) {
    if (length % 4 == 1) return -1;
    size_t padding = 0;
    while (length > 0 && padding < 2 && bytes[length - 1] == '=') {
        length--;
        padding++;
    }
    uint8_t *start = out;
    uint32_t bits = 0;
    int count = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t c = bytes[i];
        uint32_t value;
        if (uint8_t(c - 'A') < 26) value = c - 'A';
        else if (uint8_t(c - 'a') < 26) value = c - 'a' + 26;
        else if (is_digit(c)) value = c - '0' + 52;
        else if (c == '+') value = 62;
        else if (c == '/') value = 63;
        else return -1;
        bits = (bits << 6) | value;
        if (++count == 4) {
            *out++ = uint8_t(bits >> 16);
            *out++ = uint8_t(bits >> 8);
            *out++ = uint8_t(bits);
            bits = 0;
            count = 0;
        }
    }
    if (count == 1) return -1;
    if (count >= 2) *out++ = uint8_t(bits >> (count == 2 ? 4 : 10));
    if (count == 3) *out++ = uint8_t(bits >> 2);
    return out - start;
}

extern "C" int millrace_utf8_is_valid(const uint8_t *bytes, size_t length) {
    return simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length);
}
