// Values in the spelling that nearly all of them have, read without a detour. Whatever is spelled otherwise is left to
// the full rules in `values.cpp`, which give the same values for these.
#ifndef MILLRACE_COMMON_VALUES_H
#define MILLRACE_COMMON_VALUES_H

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace millrace {

inline uint64_t load8(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, 8);
    return word;
}

/// True when all 8 bytes are digits: their upper halves are 3, also after 6 was added.
inline bool are_digits(uint64_t word) {
    constexpr uint64_t upper = 0xF0F0F0F0F0F0F0F0;
    return ((word & upper) | ((word + 0x0606060606060606) & upper) >> 4) == 0x3333333333333333;
}

/// The number that 8 digits spell, the first of them in the lowest byte: pairs, then fours, then all.
inline uint64_t eight_digits(uint64_t word) {
    word = (word & 0x0F0F0F0F0F0F0F0F) * (1 + (10 << 8)) >> 8;
    word = (word & 0x00FF00FF00FF00FF) * (1 + (100 << 16)) >> 16;
    return (word & 0x0000FFFF0000FFFF) * (1 + (uint64_t(10000) << 32)) >> 32;
}

/// 1 to 8 digits at `at`, of which 8 bytes are readable.
[[gnu::always_inline]] inline bool few_digits(const uint8_t *at, size_t count, uint64_t &out) {
    uint64_t word = load8(at) << (64 - 8 * count);
    if (count < 8) word |= 0x3030303030303030 >> (8 * count);
    out = eight_digits(word);
    return are_digits(word);
}

/// An integer of at most 16 digits as JSON spells it; false for everything else. 8 bytes at `at` + 1 are readable.
[[gnu::always_inline]] inline bool short_integer(const uint8_t *at, const uint8_t *end, int64_t &out) {
    bool negative = *at == '-';
    at += negative;
    size_t count = size_t(end - at);
    if (count - 1 >= 16 || (*at == '0' && count > 1)) return false;
    uint64_t value, rest;
    if (count <= 8) {
        if (!few_digits(at, count, value)) return false;
    } else {
        if (!few_digits(at, count - 8, value) || !few_digits(end - 8, 8, rest)) return false;
        value = value * 100000000 + rest;
    }
    out = negative ? -int64_t(value) : int64_t(value);
    return true;
}

/// Reads `2026-11-21 15:30:00` and `2026-11-21 15:30:00.123` of the day that was read last; of its minute at once.
class PlainTimestamps {
public:
    /// False when it is spelled otherwise or of another day. 24 bytes at `at` are readable.
    [[gnu::always_inline]] bool read(const uint8_t *at, size_t count, int64_t &out) {
        // 0 stands for none yet, and is no text: eight zeros in the line must not pass for it.
        if (year == 0 || load8(at) != year) return false;
        if (count == 23 && minute != 0 && load8(at + 8) == minute) {
            // A colon, two digits, the point and three digits; in the highest byte whatever follows.
            constexpr uint64_t fixed = 0x00F0F0F0FFF0F0FF, spelled = 0x003030302E30303A;
            uint64_t rest = load8(at + 16);
            bool isPlain = (rest & fixed) == spelled && ((rest + 0x0006060600060600) & fixed) == spelled;
            uint64_t second = (rest >> 8 & 15) * 10 + (rest >> 16 & 15);
            if (!isPlain || second > 59) return false;
            uint64_t thousandths = (rest >> 32 & 15) * 100 + (rest >> 40 & 15) * 10 + (rest >> 48 & 15);
            out = minuteBegin + int64_t(second * 1000000 + thousandths * 1000);
            return true;
        }
        return readOfDay(at, count, out);
    }

    /// Remembers the day of a timestamp that has been read by the full rules.
    void learn(const uint8_t *at, size_t count, int64_t value) {
        if (count < 19) return;
        constexpr int64_t day = 86400000000;
        int64_t ofDay = value % day;
        midnight = value - (ofDay < 0 ? ofDay + day : ofDay);
        year = load8(at);
        memcpy(rest, at + 8, 3);
        minute = 0;
    }

private:
    [[gnu::noinline]] bool readOfDay(const uint8_t *at, size_t count, int64_t &out) {
        if ((count != 23 && count != 19) || memcmp(at + 8, rest, 3) != 0) return false;
        uint64_t clock = load8(at + 11);
        // Digits but for the colons, which become zeros.
        if ((clock & 0x0000FF0000FF0000) != 0x00003A00003A0000) return false;
        clock -= 0x00000A00000A0000;
        if (!are_digits(clock)) return false;
        clock &= 0x0F0F0F0F0F0F0F0F;
        uint64_t pairs = clock * (1 + (10 << 8)) >> 8;
        uint64_t hour = pairs & 0xFF, minutes = pairs >> 24 & 0xFF, second = pairs >> 48 & 0xFF;
        if (hour > 23 || minutes > 59 || second > 59) return false;
        uint64_t milliseconds = 0;
        if (count == 23) {
            uint8_t a = uint8_t(at[20] - '0'), b = uint8_t(at[21] - '0'), c = uint8_t(at[22] - '0');
            if (at[19] != '.' || a > 9 || b > 9 || c > 9) return false;
            milliseconds = a * 100u + b * 10u + c;
        }
        minute = load8(at + 8);
        minuteBegin = midnight + int64_t((hour * 3600 + minutes * 60) * 1000000);
        out = minuteBegin + int64_t(second * 1000000 + milliseconds * 1000);
        return true;
    }

    // The date and the blank behind it, as they are spelled.
    uint64_t year = 0;
    uint8_t rest[3] = {0, 0, 0};
    int64_t midnight = 0;
    // The day of the month, hour and minute that were read last, as they are spelled, and when they begin.
    uint64_t minute = 0;
    int64_t minuteBegin = 0;
};

}  // namespace millrace

#endif
