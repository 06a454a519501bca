#ifndef MILLRACE_DECIMALS_H
#define MILLRACE_DECIMALS_H

#include <stdint.h>
#include <string.h>

/* Plain decimals of doubles, four at a time. The vectors are the compiler's own and become whatever the processor has. */

typedef double millrace_doubles4 __attribute__((vector_size(32)));
typedef int64_t millrace_flags4 __attribute__((vector_size(32)));
typedef uint64_t millrace_words4 __attribute__((vector_size(32)));
typedef uint16_t millrace_shorts16 __attribute__((vector_size(32)));
typedef uint32_t millrace_products16 __attribute__((vector_size(64)));
typedef uint8_t millrace_bytes32 __attribute__((vector_size(32)));
typedef _Bool millrace_bits4 __attribute__((ext_vector_type(4)));
typedef _Bool millrace_bits32 __attribute__((ext_vector_type(32)));

/* Numbers from here on have more whole digits than a plain decimal shows. */
#define MILLRACE_PLAIN_LIMIT 1e7

/* Where the point stands in texts of 16 characters: 15 digits and the point; twice, for two texts at once. */
typedef struct {
    /* What numbers are multiplied with to become whole ones of 15 digits. */
    double factor;
    /* 0xFF for what stands before the point. */
    uint8_t before[32];
    /* Not 0 for the digits on both sides of the point, which are shown even where they are zeros. */
    uint8_t shown[32];
    /* 0xFF for the point. */
    uint8_t point[32];
} millrace_decimal_shape;

/* For 1 to 7 digits in front of the point. */
static inline void millrace_set_decimal_shape(millrace_decimal_shape *shape, int64_t whole) {
    static const double factors[8] = {1e15, 1e14, 1e13, 1e12, 1e11, 1e10, 1e9, 1e8};
    shape->factor = factors[whole & 7];
    for (int64_t i = 0; i < 32; i++) {
        int64_t place = i & 15;
        shape->before[i] = place < whole ? 0xFF : 0;
        shape->shown[i] = place == whole - 1 || place == whole + 1;
        shape->point[i] = place == whole ? 0xFF : 0;
    }
}

/* The greatest magnitude among 64 numbers that is below the limit of plain decimals; 0 when there is none. */
static inline double millrace_greatest_plain(const double *values) {
    millrace_doubles4 most = {0, 0, 0, 0};
    for (int i = 0; i < 64; i += 4) {
        millrace_doubles4 value;
        memcpy(&value, values + i, sizeof value);
        value = (millrace_doubles4)((millrace_words4)value & 0x7FFFFFFFFFFFFFFF);
        millrace_flags4 above = (value > most) & (value < MILLRACE_PLAIN_LIMIT);
        most = (millrace_doubles4)(((millrace_flags4)value & above) | ((millrace_flags4)most & ~above));
    }
    double left = most[0] > most[1] ? most[0] : most[1], right = most[2] > most[3] ? most[2] : most[3];
    return left > right ? left : right;
}

/* Vectors are handed over by address: by value their way would depend on the processor. */

/* The high halves of products. */
static inline void millrace_high_products(const millrace_shorts16 *numbers, uint32_t factor, millrace_shorts16 *products) {
    *products = __builtin_convertvector((__builtin_convertvector(*numbers, millrace_products16) * factor) >> 16,
                                        millrace_shorts16);
}

/* The values of the digits of two numbers of sixteen, given as their upper and lower eight. */
static inline void millrace_digits_of_eights(const millrace_words4 *numbers, millrace_bytes32 *digits) {
    millrace_words4 eights = *numbers;
    /* Halves into fours, fours into pairs, pairs into digits, all of a kind at once. The factors stand for 1/10,000, 1/25 and
       1/10 and are near enough for what is multiplied by them. */
    millrace_words4 upper = ((eights & 0xFFFFFFFF) * 109951163u) >> 40;
    millrace_words4 fours = upper | (eights - (upper & 0xFFFFFFFF) * 10000u) << 32;
    millrace_shorts16 words = (millrace_shorts16)fours;
    millrace_shorts16 hundreds, tens, quarters = words >> 2;
    millrace_high_products(&quarters, 2622, &hundreds);
    millrace_shorts16 pairs = hundreds | (millrace_shorts16)((millrace_words4)(words - hundreds * 100) << 16);
    millrace_high_products(&pairs, 6554, &tens);
    *digits = (millrace_bytes32)(tens | (pairs - tens * 10) << 8);
}

/* The texts of two numbers below 10^15, given as their digits above 10^8 and the eight others, with the point between.
   Bit n of the result says that character n must be shown or is followed and preceded by ones that must; sixteen bits a text. */
static inline uint32_t millrace_decimal_pair(const millrace_words4 *numbers, const millrace_decimal_shape *shape,
                                             uint8_t *first, uint8_t *second) {
    millrace_bytes32 digits;
    millrace_digits_of_eights(numbers, &digits);
    millrace_bytes32 before, shown, point;
    memcpy(&before, shape->before, sizeof before);
    memcpy(&shown, shape->shown, sizeof shown);
    memcpy(&point, shape->point, sizeof point);
    /* The first of the sixteen digits is zero: those before the point go one place forward and leave room for it. */
    millrace_bytes32 moved = __builtin_shufflevector(
        digits, digits, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
        28, 29, 30, 31, 31);
    millrace_bytes32 text = (moved & before) | (digits & ~before & ~point);
    millrace_bits32 used = __builtin_convertvector((text | shown) != 0, millrace_bits32);
    text = (text | '0') - (point & ('0' - '.'));
    memcpy(first, &text, 16);
    memcpy(second, (uint8_t *)&text + 16, 16);
    uint32_t bits;
    memcpy(&bits, &used, sizeof bits);
    return bits;
}

/* The shortest plain decimals of four numbers, without sign and each with zeros around, 16 characters each `stride` bytes
   apart; in `used`, bits for the characters that are no such zeros. Bit n of the result says that number n has such a
   decimal; the texts of others are to be ignored.

   A number is multiplied by the shape's factor and rounded; divided again it must be itself. Two decimals of up to 15
   digits are never read as the same number, so what was found is the shortest. */
static inline uint32_t millrace_decimal_texts(const double *values, const millrace_decimal_shape *shape, uint8_t *texts,
                                              int64_t stride, uint32_t *used) {
    millrace_doubles4 value;
    memcpy(&value, values, sizeof value);
    millrace_doubles4 magnitude = (millrace_doubles4)((millrace_words4)value & 0x7FFFFFFFFFFFFFFF);
    /* Above 2^52 there are no fractions. */
    millrace_doubles4 number = (magnitude * shape->factor + 0x1p52) - 0x1p52;
    millrace_flags4 fits = (number / shape->factor == magnitude) & (magnitude < MILLRACE_PLAIN_LIMIT) &
                           ((magnitude >= 1e-3) | (magnitude == 0)) & (number < 1e15);
    number = (millrace_doubles4)((millrace_flags4)number & fits);
    /* The digits above 10^8: halves keep the rounding away from whole numbers. */
    millrace_doubles4 high = ((number + 0.5) * 1e-8 - 0.5 + 0x1.8p52) - 0x1.8p52;
    millrace_words4 lower = (millrace_words4)(number - high * 1e8 + 0x1p52) & 0xFFFFFFFF;
    millrace_words4 upper = (millrace_words4)(high + 0x1p52) & 0xFFFFFFFF;
    millrace_words4 first = __builtin_shufflevector(upper, lower, 0, 4, 2, 6);
    millrace_words4 second = __builtin_shufflevector(upper, lower, 1, 5, 3, 7);
    uint32_t even = millrace_decimal_pair(&first, shape, texts, texts + 2 * stride);
    uint32_t odd = millrace_decimal_pair(&second, shape, texts + stride, texts + 3 * stride);
    used[0] = even & 0xFFFF;
    used[1] = odd & 0xFFFF;
    used[2] = even >> 16;
    used[3] = odd >> 16;
    millrace_bits4 flags = __builtin_convertvector(fits, millrace_bits4);
    uint8_t bits;
    memcpy(&bits, &flags, sizeof bits);
    return bits & 15;
}

#include "shortest.h"

#endif
