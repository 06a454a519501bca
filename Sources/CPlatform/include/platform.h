#ifndef MILLRACE_PLATFORM_H
#define MILLRACE_PLATFORM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "packing.h"

/* CRC-32C (Castagnoli) of `length` bytes, continuing from `seed` (0 to begin). */
uint32_t millrace_crc32c(uint32_t seed, const void *bytes, size_t length);

/* Names the calling thread for debuggers and `top`; at most 15 bytes are kept. */
void millrace_name_thread(const char *name);

/* 1 when the processor has what row code is compiled for (x86-64-v3), else 0. */
int millrace_cpu_is_supported(void);

/* Resident memory of this process now, in bytes; 0 when unknown. */
uint64_t millrace_resident_bytes(void);

/* Writes out everything of the file system that holds an open file; 0, or -1 with errno set. */
int millrace_sync_disk(int descriptor);

/* Gives freed memory back to the operating system. */
void millrace_trim_memory(void);

/* The bytes that a piece of memory of at least `bytes` has when it comes from `millrace_piece_new`. */
size_t millrace_piece_size(size_t bytes);
/* Memory for a while, aligned to 64 bytes, of unspecified content: batches ask for columns of the same few sizes all the
   time. What a thread frees it keeps for its next piece of that size, 4 MB of all sizes at most. Any thread may free. */
void *millrace_piece_new(size_t bytes);
/* Frees a piece; `bytes` as it was made. */
void millrace_piece_free(void *piece, size_t bytes);

/* Asks for the cache line at `place` ahead of time; any address will do. */
static inline void millrace_prefetch(const void *place) { __builtin_prefetch(place, 1, 1); }

/* A 64-bit mix of two words through a 128-bit product. */
static inline uint64_t millrace_mix(uint64_t a, uint64_t b) {
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t millrace_load64(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return v; }
static inline uint64_t millrace_load32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return v; }

/* Seeded 64-bit hash of a byte string: a multiply-fold per 16 bytes, the end read with overlap.
   Not for secrets; the seed keeps outsiders from choosing collisions. */
static inline uint64_t millrace_hash_bytes(const uint8_t *bytes, size_t length, uint64_t seed) {
    const uint64_t odd = 0x9e3779b97f4a7c15ULL, pi = 0x243f6a8885a308d3ULL;
    uint64_t state = seed ^ millrace_mix(length ^ pi, odd);
    uint64_t first = 0, last = 0;
    if (length >= 8) {
        const uint8_t *end = bytes + length;
        for (; end - bytes > 16; bytes += 16)
            state = millrace_mix(millrace_load64(bytes) ^ odd, millrace_load64(bytes + 8) ^ state);
        first = millrace_load64(end - bytes >= 8 ? bytes : end - 8);
        last = millrace_load64(end - 8);
    } else if (length >= 4) {
        first = millrace_load32(bytes);
        last = millrace_load32(bytes + length - 4);
    } else {
        for (size_t i = 0; i < length; i++) first = (first << 8) | bytes[i];
    }
    return millrace_mix(state ^ pi, millrace_mix(first ^ odd, last ^ state) ^ odd);
}

typedef struct { uint64_t first, second; } millrace_hash_pair;

/* `millrace_hash_bytes` by two seeds, in one walk over the bytes. */
static inline millrace_hash_pair millrace_hash_bytes_twice(const uint8_t *bytes, size_t length, uint64_t one, uint64_t two) {
    const uint64_t odd = 0x9e3779b97f4a7c15ULL, pi = 0x243f6a8885a308d3ULL;
    if (length < 8) {
        millrace_hash_pair few = {millrace_hash_bytes(bytes, length, one), millrace_hash_bytes(bytes, length, two)};
        return few;
    }
    uint64_t size = millrace_mix(length ^ pi, odd);
    one ^= size;
    two ^= size;
    const uint8_t *end = bytes + length;
    for (; end - bytes > 16; bytes += 16) {
        uint64_t low = millrace_load64(bytes) ^ odd, high = millrace_load64(bytes + 8);
        one = millrace_mix(low, high ^ one);
        two = millrace_mix(low, high ^ two);
    }
    uint64_t first = millrace_load64(end - bytes >= 8 ? bytes : end - 8) ^ odd, last = millrace_load64(end - 8);
    millrace_hash_pair pair = {
        millrace_mix(one ^ pi, millrace_mix(first, last ^ one) ^ odd),
        millrace_mix(two ^ pi, millrace_mix(first, last ^ two) ^ odd)};
    return pair;
}

/* Two words that stand for 16 bytes, the first in the lowest byte. */
typedef struct { uint64_t low, high; } millrace_bytes16;

/* 0xFF in the first n of 16 bytes and 0 behind; n must lie in 0...16. A load, where shifts of 128 bits take several steps. */
static inline millrace_bytes16 millrace_first_bytes(int64_t n) {
    static const uint8_t table[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    millrace_bytes16 result;
    memcpy(&result, table + 16 - n, 16);
    return result;
}

/* A point at byte n of 16 and 0 around; n must lie in 0...15. */
static inline millrace_bytes16 millrace_point_at(int64_t n) {
    static const uint8_t table[32] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '.'};
    millrace_bytes16 result;
    memcpy(&result, table + 15 - n, 16);
    return result;
}

/* Ten to the power n, which must lie in 0...22: those that a double holds exactly. */
static inline double millrace_power_of_ten(int64_t n) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return powers[n];
}

#endif
