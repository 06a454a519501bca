/* Part of decimals.h. */

#ifndef MILLRACE_SHORTEST_H
#define MILLRACE_SHORTEST_H

#include <stdint.h>
#include <string.h>

#include "decimals.h"

/* The shortest decimals of doubles and floats, 64 rows at a time, for any number of digits.

   A number is c * 2^q. The power of ten below 2^q scales it so that the interval of all that are read as this number is from
   one to ten wide: a multiple of ten inside of it is the shortest decimal, there is one at most, and else the nearest whole
   number is. One product with 128 bits of that power gives the scaled number in front of the point and 64 bits behind it;
   half the width of the interval stands in the power itself. The power is rounded, so a comparison that is nearly a tie is
   left to the caller, as are zeros, powers of two, whose interval is uneven, and what is subnormal or no number.

   The steps go through all rows one after the other: products row by row, all else four rows at a time. */

typedef float millrace_floats4 __attribute__((vector_size(16)));
typedef uint32_t millrace_halves4 __attribute__((vector_size(16)));

/* Exponents of ten are counted from here on. */
#define MILLRACE_LEAST_EXPONENT (-324)
/* Places of first digits, counted from the same. */
#define MILLRACE_PLACE_COUNT (324 + 309)

/* How the text of a number looks by the place of its first digit: plain, or with an exponent. */
typedef struct {
    /* What stands in front of the digits: "0.", "0.0", "0.00", or nothing. */
    uint64_t prefix;
    /* 0xFF for the digits in front of the point and behind it, among the first eight characters behind the prefix. */
    uint64_t before, behind;
    /* The point among them; 0 where it is in the prefix. */
    uint64_t point;
    /* What stands behind the digits: "E-7", or nothing. */
    uint64_t suffix;
    uint8_t prefix_count, point_count, suffix_count;
    /* So many digits are shown, even where the last ones are zeros. */
    uint8_t least;
} millrace_number_form;

/* The form of numbers whose first digit stands for ten to the power `place`. */
static inline void millrace_set_number_form(millrace_number_form *form, int64_t place) {
    memset(form, 0, sizeof *form);
    if (place >= -3 && place < 0) {
        uint64_t zeros;
        memcpy(&zeros, "0.000000", 8);
        form->prefix_count = (uint8_t)(1 - place);
        form->prefix = zeros & ~0ull >> (64 - 8 * form->prefix_count);
        form->before = ~0ull;
        form->least = 1;
        return;
    }
    int64_t is_plain = place >= 0 && place < 7;
    int64_t whole = is_plain ? place + 1 : 1;
    form->before = ~0ull >> (64 - 8 * whole);
    form->behind = whole < 7 ? ~0ull << (8 * whole + 8) : 0;
    form->point = (uint64_t)'.' << (8 * whole);
    form->point_count = 1;
    form->least = (uint8_t)(whole + 1);
    if (is_plain) return;
    uint8_t text[8] = {'E'};
    int64_t count = 1, magnitude = place < 0 ? -place : place;
    if (place < 0) text[count++] = '-';
    if (magnitude >= 100) text[count++] = (uint8_t)('0' + magnitude / 100);
    if (magnitude >= 10) text[count++] = (uint8_t)('0' + magnitude / 10 % 10);
    text[count++] = (uint8_t)('0' + magnitude % 10);
    memcpy(&form->suffix, text, 8);
    form->suffix_count = (uint8_t)count;
}

/* What is known of 64 numbers between the steps. */
typedef struct {
    /* The number's own digits, moved to where its power of ten wants them. */
    uint64_t factor[64];
    /* All bits where the number has an even interval. */
    uint64_t regular[64];
    /* Scaled: in front of the point, divided by ten, and behind the point; and the highest word of the power. */
    uint64_t whole[64], tens[64], fraction[64], top[64];
    /* By how many bits that word is moved to be half an interval. */
    uint64_t narrowing[64];
    /* The exponent of the scaled number, later the place of the first digit; both from MILLRACE_LEAST_EXPONENT. */
    uint64_t place[64];
    /* The first digit as a character. */
    uint64_t first[64];
    /* The digits behind the first one as characters, sixteen of each. */
    uint8_t digits[64 * 16];
    /* Bit n says that digit n, behind the first one, is not zero. */
    uint32_t used[64];
} millrace_shortest_block;

static inline uint64_t millrace_high_word(uint64_t a, uint64_t b) {
    return (uint64_t)(((unsigned __int128)a * b) >> 64);
}

/* Moves four numbers to where their powers of ten want them. Each is given as the bits of its fraction and of its exponent;
   `one` is the bit above the fraction, `most` the exponent of what is no number, `bias` that of a whole number. */
static inline void millrace_scale(const millrace_words4 *fractions, const millrace_words4 *exponents, uint64_t one,
                                  uint64_t most, uint64_t bias, int64_t row, millrace_shortest_block *block) {
    const uint64_t least = -MILLRACE_LEAST_EXPONENT;
    millrace_words4 fraction = *fractions, exponent = *exponents;
    millrace_words4 regular = (millrace_words4)((fraction != 0) & (exponent != 0) & (exponent != most));
    /* Logarithms of two to the base ten and of ten to the base two, moved to be above zero. */
    millrace_words4 place = ((exponent & 0xFFFFFFFF) * 1262611u - bias * 1262611 + (least << 22)) >> 22;
    millrace_words4 bits = (least * 1741647 + (1 << 30) - (place & 0xFFFFFFFF) * 1741647u) >> 19;
    millrace_words4 shift = exponent + bits - (bias + 2047);
    millrace_words4 factor = (fraction | one) << shift, narrowing = 6 - shift;
    memcpy(block->factor + row, &factor, 32);
    memcpy(block->place + row, &place, 32);
    memcpy(block->regular + row, &regular, 32);
    memcpy(block->narrowing + row, &narrowing, 32);
}

static inline void millrace_take_doubles(const double *values, millrace_shortest_block *block) {
    for (int64_t row = 0; row < 64; row += 4) {
        millrace_words4 bits;
        memcpy(&bits, values + row, 32);
        millrace_words4 fraction = bits & 0xFFFFFFFFFFFFF, exponent = bits >> 52 & 0x7FF;
        millrace_scale(&fraction, &exponent, 1ull << 52, 0x7FF, 1075, row, block);
    }
}

static inline void millrace_take_floats(const double *values, millrace_shortest_block *block) {
    for (int64_t row = 0; row < 64; row += 4) {
        millrace_doubles4 value;
        memcpy(&value, values + row, 32);
        millrace_words4 bits = __builtin_convertvector(
            (millrace_halves4)__builtin_convertvector(value, millrace_floats4), millrace_words4);
        millrace_words4 fraction = bits & 0x7FFFFF, exponent = bits >> 23 & 0xFF;
        millrace_scale(&fraction, &exponent, 1 << 23, 0xFF, 150, row, block);
    }
}

/* Multiplies with powers of ten. They stand one after the other from ten to the power `first` on, each as a high and a low
   word, rounded up, and moved so that its highest bit is set. */
static inline void millrace_multiply(const uint64_t *powers, int64_t first, millrace_shortest_block *block) {
    const uint64_t *zeroth = powers + 2 * (-MILLRACE_LEAST_EXPONENT - first);
#pragma clang loop unroll_count(4) vectorize(disable)
    for (int64_t row = 0; row < 64; row++) {
        const uint64_t *power = zeroth - 2 * (int64_t)block->place[row];
        uint64_t factor = block->factor[row];
        unsigned __int128 product = (unsigned __int128)power[0] * factor + millrace_high_word(power[1], factor);
        uint64_t whole = (uint64_t)(product >> 64);
        block->top[row] = power[0];
        block->whole[row] = whole;
        block->fraction[row] = (uint64_t)product;
        block->tens[row] = millrace_high_word(whole, 0xCCCCCCCCCCCCCCCD) >> 3;
    }
}

/* The characters of two numbers of sixteen digits, given as their upper and lower eight; and bits for those that are not zero. */
static inline uint32_t millrace_sixteen_digits(const millrace_words4 *numbers, uint8_t *first, uint8_t *second) {
    millrace_bytes32 digits;
    millrace_digits_of_eights(numbers, &digits);
    millrace_bits32 used = __builtin_convertvector(digits != 0, millrace_bits32);
    digits |= '0';
    memcpy(first, &digits, 16);
    memcpy(second, (uint8_t *)&digits + 16, 16);
    uint32_t bits;
    memcpy(&bits, &used, sizeof bits);
    return bits;
}

/* Appends a zero to numbers below a limit; the place of their first digit is one less. */
static inline void millrace_lengthen(int64_t limit, millrace_words4 *numbers, millrace_words4 *places) {
    millrace_words4 number = *numbers, is_short = (millrace_words4)((millrace_flags4)number < limit);
    *numbers = (((number << 3) + (number << 1)) & is_short) | (number & ~is_short);
    *places += is_short;
}

/* Chooses the shortest decimals and spreads their digits; bit n of the result says that number n has been done beyond doubt. */
static inline uint64_t millrace_choose_digits(int is_float, millrace_shortest_block *block) {
    uint64_t written = 0;
    for (int64_t row = 0; row < 64; row += 4) {
        millrace_words4 whole, tens, fraction, top, narrowing, place, regular;
        memcpy(&whole, block->whole + row, 32);
        memcpy(&tens, block->tens + row, 32);
        memcpy(&fraction, block->fraction + row, 32);
        memcpy(&top, block->top + row, 32);
        memcpy(&narrowing, block->narrowing + row, 32);
        memcpy(&place, block->place + row, 32);
        memcpy(&regular, block->regular + row, 32);
        /* With 59 bits behind the point: half an interval, and how far the number is from the multiples of ten around. */
        millrace_words4 lower = (tens << 3) + (tens << 1);
        millrace_words4 half = top >> narrowing;
        millrace_words4 above = (whole - lower) << 59 | fraction >> 5;
        millrace_words4 below = (10ull << 59) - above;
        millrace_flags4 is_lower = (millrace_flags4)above < (millrace_flags4)half;
        millrace_flags4 is_upper = (millrace_flags4)below < (millrace_flags4)half;
        millrace_flags4 doubt = (((above - half + 8) & ~15ull) == 0) | (((below - half + 8) & ~15ull) == 0) |
                                (((fraction - (1ull << 63) + 8) & ~15ull) == 0);
        millrace_words4 ten = lower + ((millrace_words4)is_upper & 10);
        millrace_words4 near = whole + (fraction >> 63);
        millrace_words4 is_ten = (millrace_words4)(is_lower | is_upper);
        millrace_words4 digits = (ten & is_ten) | (near & ~is_ten);
        /* Seventeen digits, where some have one less; or nine of a float, where some have one or two less. */
        millrace_words4 nine, eight;
        if (is_float) millrace_lengthen(10000000, &digits, &place);
        millrace_lengthen(is_float ? 100000000 : 10000000000000000, &digits, &place);
        if (is_float) {
            nine = digits;
            eight = digits ^ digits;
            place += 8;
        } else {
            /* 10^8 is 2^8 * 390,625. Halves keep the rounding away from whole numbers. */
            millrace_doubles4 part = (millrace_doubles4)(digits >> 8 | 0x4330000000000000) - (0x1p52 - 0.5);
            part = (part * (1 / 390625.0) - 0.5) + 0x1p52;
            nine = (millrace_words4)part & 0xFFFFFFFF;
            eight = digits - nine * 100000000u;
            place += 16;
        }
        /* 1,441,151,881 / 2^57 is near enough to 1 / 10^8. */
        millrace_words4 first = (nine * 1441151881u) >> 57;
        millrace_words4 upper = nine - first * 100000000u;
        first |= '0';
        memcpy(block->first + row, &first, 32);
        memcpy(block->place + row, &place, 32);
        millrace_words4 even = __builtin_shufflevector(upper, eight, 0, 4, 2, 6);
        millrace_words4 odd = __builtin_shufflevector(upper, eight, 1, 5, 3, 7);
        uint8_t *texts = block->digits + 16 * row;
        uint32_t even_used = millrace_sixteen_digits(&even, texts, texts + 32);
        uint32_t odd_used = millrace_sixteen_digits(&odd, texts + 16, texts + 48);
        block->used[row] = even_used & 0xFFFF;
        block->used[row + 1] = odd_used & 0xFFFF;
        block->used[row + 2] = even_used >> 16;
        block->used[row + 3] = odd_used >> 16;
        millrace_bits4 flags = __builtin_convertvector((millrace_flags4)regular & ~doubt, millrace_bits4);
        uint8_t bits;
        memcpy(&bits, &flags, sizeof bits);
        written |= (uint64_t)(bits & 15) << row;
    }
    return written;
}

/* The count and the first four characters of a text, and where it stands or what follows of up to twelve characters. */
typedef struct {
    uint64_t head, tail;
} millrace_number_view;

/* A longest text has 24 characters; so many are written behind the start of one. */
#define MILLRACE_NUMBER_ROOM 40

/* Writes the texts one after the other and makes views of them; short ones stand in their views only. Returns the end. */
static inline uint8_t *millrace_write_numbers(const double *values, const millrace_shortest_block *block,
                                              const millrace_number_form *forms, uint8_t *target,
                                              millrace_number_view *views) {
    for (int64_t row = 0; row < 64; row++) {
        uint64_t bits, characters;
        memcpy(&bits, values + row, 8);
        uint64_t sign = bits >> 63;
        const millrace_number_form *form = forms + block->place[row];
        const uint8_t *digits = block->digits + 16 * row;
        memcpy(&characters, digits, 8);
        characters = characters << 8 | block->first[row];
        uint64_t word = (characters & form->before) | (characters << 8 & form->behind) | form->point;
        uint64_t start = form->prefix | word << (8 * form->prefix_count);
        start = start << (8 * sign) | ((0 - sign) & '-');
        uint64_t front = sign + form->prefix_count;
        uint64_t shown = 32 - (uint64_t)__builtin_clz(block->used[row] << 1 | 1);
        shown = shown > form->least ? shown : form->least;
        uint64_t end = front + form->point_count + shown;
        uint64_t count = end + form->suffix_count;
        memcpy(target, &start, 8);
        memcpy(target + front + form->point_count + 1, digits, 16);
        memcpy(target + front, &word, 8);
        memcpy(target + end, &form->suffix, 8);
        views[row].head = count | start << 32;
        views[row].tail = (uint64_t)target;
        if (__builtin_expect(count > 12, 1)) {
            target += count;
        } else {
            views[row] = (millrace_number_view){count, 0};
            memcpy((uint8_t *)(views + row) + 4, target, count);
        }
    }
    return target;
}

#endif
