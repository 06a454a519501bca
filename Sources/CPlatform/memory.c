// Memory for the columns of batches, which malloc does not suit: it was asked for pieces of some kilobytes at a multiple of 64 by
// the hundred thousand, and cut and joined its free ones each time.
#include "platform.h"

#include <pthread.h>
#include <stdlib.h>

// Sizes are 4 to each power of two, so that at most a fifth of a piece is wasted; what is smaller or larger is left to malloc.
enum { firstShift = 7, lastShift = 18, classCount = (lastShift - firstShift) * 4, keptBytes = 4 << 20 };

// Under a sanitizer each piece comes from malloc, which then sees who writes behind its end or uses it when it is free.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { isChecked = 1 };
#else
enum { isChecked = 0 };
#endif
#else
enum { isChecked = 0 };
#endif

/* A free piece begins with the next one of its size. */
typedef struct free_piece { struct free_piece *next; } free_piece;

typedef struct {
    free_piece *free[classCount];
    size_t bytes;
    /* 0 before the first piece was kept, 1 while pieces are kept, 2 when the thread is about to end. */
    int stage;
} piece_cache;

static _Thread_local piece_cache cache;
static pthread_key_t ending;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void give_back(void *unused) {
    (void)unused;
    for (int index = 0; index < classCount; index++) {
        for (free_piece *piece = cache.free[index]; piece;) {
            free_piece *next = piece->next;
            free(piece);
            piece = next;
        }
        cache.free[index] = NULL;
    }
    cache.bytes = 0;
    cache.stage = 2;
}

static void make_key(void) { pthread_key_create(&ending, give_back); }

/* The class of a size, and the size of all its pieces; -1 for sizes that are left to malloc. */
static int class_of(size_t bytes, size_t *size) {
    if (isChecked || bytes < 1u << firstShift || bytes > 1u << lastShift) {
        *size = (bytes + 63) & ~(size_t)63;
        return -1;
    }
    // Of 2^k < bytes <= 2^(k+1): the first of the four sizes that is large enough.
    int shift = 63 - __builtin_clzll((unsigned long long)bytes - 1);
    size_t quarter = (size_t)1 << (shift - 2);
    size_t step = (bytes - 1 - ((size_t)1 << shift)) / quarter;
    *size = ((size_t)1 << shift) + (step + 1) * quarter;
    return shift < firstShift ? -1 : (shift - firstShift) * 4 + (int)step;
}

size_t millrace_piece_size(size_t bytes) {
    size_t size;
    class_of(bytes, &size);
    return size;
}

void *millrace_piece_new(size_t bytes) {
    size_t size;
    int which = class_of(bytes, &size);
    if (which >= 0 && cache.free[which]) {
        free_piece *piece = cache.free[which];
        cache.free[which] = piece->next;
        cache.bytes -= size;
        return piece;
    }
    void *fresh = aligned_alloc(64, (size + 63) & ~(size_t)63);
    if (!fresh) abort();
    return fresh;
}

void millrace_piece_free(void *piece, size_t bytes) {
    size_t size;
    int which = class_of(bytes, &size);
    if (which < 0 || cache.stage == 2 || cache.bytes + size > keptBytes) {
        free(piece);
        return;
    }
    if (cache.stage == 0) {
        pthread_once(&once, make_key);
        pthread_setspecific(ending, &cache);
        cache.stage = 1;
    }
    free_piece *head = piece;
    head->next = cache.free[which];
    cache.free[which] = head;
    cache.bytes += size;
}
