#include "platform.h"

static uint32_t table[256];

/* Bytes of each of the three lanes that the fast way goes through at once. */
enum { LANE = 1024 };

/* What a checksum becomes when LANE zero bytes follow, by each of its four bytes: the lanes are put together with it. */
static uint32_t behind_lane[4][256];

static uint32_t crc_portable(uint32_t crc, const uint8_t *p, size_t n) {
    while (n--) crc = table[(crc ^ *p++) & 0xff] ^ (crc >> 8);
    return crc;
}

__attribute__((constructor)) static void fill_tables(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? 0x82f63b78u : 0);
        table[i] = crc;
    }
    static const uint8_t zeros[LANE];
    /* The step is linear, so that what each bit becomes gives all the rest. */
    for (int byte = 0; byte < 4; byte++) {
        for (int bit = 0; bit < 8; bit++) {
            uint32_t one = crc_portable(1u << (8 * byte + bit), zeros, LANE);
            for (uint32_t i = 0; i < 256; i++)
                if (i >> bit & 1) behind_lane[byte][i] ^= one;
        }
    }
}

#if defined(__x86_64__)
static uint32_t skip_lane(uint32_t crc) {
    return behind_lane[0][crc & 0xff] ^ behind_lane[1][crc >> 8 & 0xff] ^ behind_lane[2][crc >> 16 & 0xff]
        ^ behind_lane[3][crc >> 24];
}

/* The instruction takes three cycles and one can begin in each, so three lanes run beside each other. */
__attribute__((target("sse4.2"))) static uint32_t crc_sse42(uint32_t crc, const uint8_t *p, size_t n) {
    uint64_t first = crc;
    while (n >= 3 * LANE) {
        uint64_t second = 0, third = 0;
        for (size_t i = 0; i < LANE; i += 8) {
            first = __builtin_ia32_crc32di(first, millrace_load64(p + i));
            second = __builtin_ia32_crc32di(second, millrace_load64(p + LANE + i));
            third = __builtin_ia32_crc32di(third, millrace_load64(p + 2 * LANE + i));
        }
        first = skip_lane(skip_lane((uint32_t)first) ^ (uint32_t)second) ^ (uint32_t)third;
        p += 3 * LANE;
        n -= 3 * LANE;
    }
    while (n >= 8) {
        first = __builtin_ia32_crc32di(first, millrace_load64(p));
        p += 8;
        n -= 8;
    }
    crc = (uint32_t)first;
    while (n--) crc = __builtin_ia32_crc32qi(crc, *p++);
    return crc;
}
#endif

uint32_t millrace_crc32c(uint32_t seed, const void *bytes, size_t length) {
    uint32_t crc = ~seed;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return ~crc_sse42(crc, bytes, length);
#endif
    return ~crc_portable(crc, bytes, length);
}
