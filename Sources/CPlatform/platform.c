#define _GNU_SOURCE
#include "platform.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static uint32_t table[256];

__attribute__((constructor)) static void fill_table(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? 0x82f63b78u : 0);
        table[i] = crc;
    }
}

static uint32_t crc_portable(uint32_t crc, const uint8_t *p, size_t n) {
    while (n--) crc = table[(crc ^ *p++) & 0xff] ^ (crc >> 8);
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc_sse42(uint32_t crc, const uint8_t *p, size_t n) {
    uint64_t wide = crc;
    while (n >= 8) {
        wide = __builtin_ia32_crc32di(wide, millrace_load64(p));
        p += 8;
        n -= 8;
    }
    crc = (uint32_t)wide;
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

void millrace_name_thread(const char *name) {
    char short_name[16];
    snprintf(short_name, sizeof short_name, "%s", name);
    pthread_setname_np(pthread_self(), short_name);
}

int millrace_cpu_is_supported(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
#else
    return 1;
#endif
}

uint64_t millrace_resident_bytes(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long size = 0, resident = 0;
    if (!file) return 0;
    int got = fscanf(file, "%lu %lu", &size, &resident);
    fclose(file);
    return got == 2 ? (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

void millrace_trim_memory(void) { malloc_trim(0); }

int millrace_sync_disk(int descriptor) { return syncfs(descriptor); }
