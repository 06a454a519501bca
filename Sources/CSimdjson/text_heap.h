// Memory for texts that cannot be views of the input, and the making of such texts.
#ifndef MILLRACE_TEXT_HEAP_H
#define MILLRACE_TEXT_HEAP_H

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace millrace {

/// A chain of chunks that never move; freed as a whole when the column that points into it goes.
struct TextHeap {
    struct Chunk {
        Chunk *older;
        size_t capacity;
        uint8_t *bytes() { return reinterpret_cast<uint8_t *>(this + 1); }
    };

    Chunk *newest = nullptr;
    size_t used = 0;
    size_t allocated = 0;

    /// Room for at most `count` bytes; `keep` tells how many of them are used.
    uint8_t *reserve(size_t count) {
        if (!newest || newest->capacity - used < count) {
            size_t capacity = count > 16384 ? count : 16384;
            auto *chunk = static_cast<Chunk *>(malloc(sizeof(Chunk) + capacity + 64));
            if (!chunk) abort();
            chunk->older = newest;
            chunk->capacity = capacity;
            newest = chunk;
            used = 0;
            allocated += capacity;
        }
        return newest->bytes() + used;
    }

    void keep(size_t count) { used += count; }

    /// Makes everything free to be used again, keeping one chunk.
    void reset() {
        if (newest) {
            free_chain(newest->older);
            newest->older = nullptr;
        }
        used = 0;
    }

    static void free_chain(void *chain) {
        for (auto *chunk = static_cast<Chunk *>(chain); chunk;) {
            Chunk *older = chunk->older;
            free(chunk);
            chunk = older;
        }
    }
};

/// Writes the text behind the escapes of `[at, end)` to `out` (room for `end - at`); null when an escape is wrong.
uint8_t *unescape(const uint8_t *at, const uint8_t *end, uint8_t *out);

/// True when every escape of `[at, end)` is one that JSON knows.
bool escapes_are_valid(const uint8_t *at, const uint8_t *end);

/// Copies valid JSON without the blanks between its tokens, escapes of printable characters resolved; room for
/// `end - at`.
uint8_t *compact(const uint8_t *at, const uint8_t *end, uint8_t *out);

/// True for a number as JSON spells it.
bool is_json_number(const uint8_t *at, const uint8_t *end);

}  // namespace millrace

#endif
