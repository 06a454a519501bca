#include "packing.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static const uint64_t every_byte = 0x0101010101010101ULL;

void millrace_byte_range(const uint8_t *bytes, size_t count, uint8_t *least, uint8_t *greatest) {
    uint8_t low = 255, high = 0;
    for (size_t i = 0; i < count; i++) {
        low = bytes[i] < low ? bytes[i] : low;
        high = bytes[i] > high ? bytes[i] : high;
    }
    *least = low;
    *greatest = high;
}

/* Neighbours move together: bytes to pairs, pairs to fours, fours to eight. */
static inline uint64_t pack_word(uint64_t word, int bits) {
    word = (word & 0x00ff00ff00ff00ffULL) | (word & 0xff00ff00ff00ff00ULL) >> (8 - bits);
    word = (word & 0x0000ffff0000ffffULL) | (word & 0xffff0000ffff0000ULL) >> (16 - 2 * bits);
    return (word & 0xffffffffULL) | word >> 32 << (4 * bits);
}

static inline uint64_t unpack_word(uint64_t word, int bits) {
    const uint64_t fours = (1ULL << (4 * bits)) - 1;
    const uint64_t pairs = ((1ULL << (2 * bits)) - 1) * 0x0000000100000001ULL;
    const uint64_t ones = ((1ULL << bits) - 1) * 0x0001000100010001ULL;
    word = (word & fours) | (word >> (4 * bits) & fours) << 32;
    word = (word & pairs) | (word >> (2 * bits) & pairs) << 16;
    return (word & ones) | (word >> bits & ones) << 8;
}

#if defined(__x86_64__)
/* Packs as many whole 32 bytes as there are; returns how many bytes those were. What is written never passes what was
   read: bytes become fewer. */
__attribute__((target("avx2"))) static size_t pack_wide(uint8_t *bytes, size_t count, uint8_t least, int bits) {
    uint8_t order[32];
    for (int i = 0; i < 32; i++) order[i] = 0x80;
    for (int i = 0; i < bits; i++) {
        order[i] = order[16 + i] = (uint8_t)i;
        order[bits + i] = order[16 + bits + i] = (uint8_t)(8 + i);
    }
    const __m256i together = _mm256_loadu_si256((const __m256i *)order);
    const __m256i lowest = _mm256_set1_epi8((char)least);
    const __m256i pairs = _mm256_set1_epi16((short)(1 | 1 << (8 + bits)));
    const __m256i fours = _mm256_set1_epi32(1 | 1 << (16 + 2 * bits));
    const __m256i lift = _mm256_set1_epi64x(32 - 4 * bits);
    const __m128i drop = _mm_cvtsi32_si128(32 - 4 * bits);
    uint8_t *target = bytes;
    size_t done = 0;
    for (; count - done >= 32; done += 32) {
        __m256i words = _mm256_sub_epi8(_mm256_loadu_si256((const __m256i *)(bytes + done)), lowest);
        words = _mm256_madd_epi16(_mm256_maddubs_epi16(pairs, words), fours);
        words = _mm256_srl_epi64(_mm256_sllv_epi32(words, lift), drop);
        words = _mm256_shuffle_epi8(words, together);
        _mm_storeu_si128((__m128i *)target, _mm256_castsi256_si128(words));
        _mm_storeu_si128((__m128i *)(target + 2 * bits), _mm256_extracti128_si256(words, 1));
        target += 4 * bits;
    }
    return done;
}
#endif

size_t millrace_pack_bytes(uint8_t *bytes, size_t count, uint8_t least, int bits) {
    memset(bytes + count, least, 8);
    size_t done = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) done = pack_wide(bytes, count, least, bits);
#endif
    uint8_t *target = bytes + done / 8 * (size_t)bits;
    for (; done < count; done += 8) {
        uint64_t word;
        memcpy(&word, bytes + done, 8);
        word = pack_word(word - every_byte * least, bits);
        memcpy(target, &word, 8);
        target += bits;
    }
    return (size_t)(target - bytes);
}

void millrace_unpack_bytes(const uint8_t *packed, size_t count, uint8_t least, int bits, uint8_t *bytes) {
    const uint8_t *end = packed + millrace_packed_size(count, bits);
    uint64_t word;
    size_t done = 0;
    for (; done < count && end - packed >= 8; done += 8) {
        memcpy(&word, packed, 8);
        word = unpack_word(word, bits) + every_byte * least;
        memcpy(bytes + done, &word, 8);
        packed += bits;
    }
    /* The last ones must not be read past their end. */
    for (; done < count; done += 8) {
        word = 0;
        memcpy(&word, packed, (size_t)bits);
        word = unpack_word(word, bits) + every_byte * least;
        memcpy(bytes + done, &word, 8);
        packed += bits;
    }
}
