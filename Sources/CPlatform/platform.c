#define _GNU_SOURCE
#include "platform.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

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
