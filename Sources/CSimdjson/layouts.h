// The layouts that lines were seen to have. Machines write the same keys in the same order with the same blanks: what
// stands between two values of a line is then known, and comparing it takes the place of finding and walking tokens.
//
// Layouts are a tree, for lines that differ begin alike: a place is a value and the bytes in front of it, and below it
// stand the places that were seen to follow. A line that is found in the tree is as valid as the one it was learnt from;
// any other line goes the long way, which alone says what is wrong with a line.
#ifndef MILLRACE_LAYOUTS_H
#define MILLRACE_LAYOUTS_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace millrace {

/// How the value of a place is read.
enum class Reading : uint8_t {
    /// These two come first: they are most of all and read without asking further.
    skippedText, text,
    /// No value: the end of the line.
    lineEnd,
    skippedNumber, skippedLiteral,
    /// BIGINT; the smaller types.
    integer, smallInteger,
    number, literal,
    numberAsText, literalAsText,
    timestamp,
    /// Another kind of value that stands in quotes.
    quoted
};

/// A value, and the bytes in front of it.
struct alignas(64) Place {
    /// The first bytes in front, and which of them count.
    uint8_t head[16] = {0};
    uint32_t mask = 0;
    uint32_t length = 0;
    /// All of the bytes: an offset into those of the tree.
    uint32_t bytes = 0;
    int32_t column = -1;
    /// The places behind it and beside it, the one that was met last first; 0 for none.
    uint32_t child = 0;
    uint32_t sibling = 0;
    /// At the end of a line: which of the endings.
    uint32_t ending = 0;
    Reading reading = Reading::lineEnd;
    /// Of a text: how many bytes it had in the last line, and in how many lines in succession, as far as that matters.
    uint8_t trust = 0;
    uint16_t usual = 0;
    /// The last bytes in front, where there are more than in `head`.
    alignas(16) uint8_t tail[16] = {0};

    /// `end`, where the text of this line that begins at `begin` ends; known ahead of it where the text has always had as
    /// many bytes. What follows then need not wait until the search for the end is through, on which each text of a line
    /// would wait for all before it: the processor goes on with the length that is usual while it is checked. The
    /// assembly has no instructions: it keeps the compiler from seeing that the two ends are the same.
    const uint8_t *ends_at(const uint8_t *begin, const uint8_t *end) {
        uint16_t length = uint16_t(end - begin);
        if (trust < trusted) {
            trust = length == usual ? uint8_t(trust + 1) : 0;
            usual = length;
            return end;
        }
        const uint8_t *next = begin + usual;
        ptrdiff_t off = end - next;
        asm("" : "+r"(off));
        if (__builtin_expect(off != 0, 0)) {
            trust = 0;
            next = end;
            asm volatile("" : "+r"(next));
        }
        return next;
    }

private:
    static constexpr uint8_t trusted = 16;
};

/// What lines of one layout lack and have beside their values.
struct Ending {
    /// Fields that are NULL or missing; the parts of an object are not listed when it is.
    std::vector<int32_t> nulls;
    /// Those objects among them that have no objects in them.
    std::vector<int32_t> absences;
    /// Objects that are there and of which somebody asks whether they are.
    std::vector<int32_t> present;
};

class LayoutTree {
public:
    LayoutTree() { clear(); }

    std::vector<Place> places;
    std::vector<Ending> endings;

    /// True when `place`'s bytes stand at `at`, of which 16 bytes are readable, and end at `limit` at the latest.
    bool stands_at(const Place &place, const uint8_t *at, const uint8_t *limit) const {
        if (limit - at < ptrdiff_t(place.length)) return false;
        return heads_are_equal(place, at) && (place.length <= 16 || rests_are_equal(place, at, limit));
    }

    /// The first bytes of `place` stand at `at`, of which 16 are readable, wherever the input ends.
    static bool heads_are_equal(const Place &place, const uint8_t *at) {
#ifdef __SSE2__
        return (equal16(at, place.head) & place.mask) == place.mask;
#else
        return memcmp(at, place.head, place.length < 16 ? place.length : 16) == 0;
#endif
    }

    /// Of a place with more than 16 bytes: the others stand behind the first, and end at `limit` at the latest.
    bool rests_are_equal(const Place &place, const uint8_t *at, const uint8_t *limit) const {
        if (limit - at < ptrdiff_t(place.length)) return false;
        const uint8_t *last = at + place.length - 16;
#ifdef __SSE2__
        if (equal16(last, place.tail) != 0xFFFF) return false;
#else
        if (memcmp(last, place.tail, 16) != 0) return false;
#endif
        return place.length <= 32 || memcmp(at + 16, &bytes[place.bytes + 16], place.length - 32) == 0;
    }

    /// Makes `index`, which stands behind `before` below `parent`, the first to be tried there.
    void put_first(uint32_t parent, uint32_t before, uint32_t index) {
        places[before].sibling = places[index].sibling;
        places[index].sibling = places[parent].child;
        places[parent].child = index;
    }

    /// Adds what was seen; the last place is the end of the line. `text` are the bytes that the places point into.
    void add(const std::vector<Place> &path, const uint8_t *text, Ending ending);

    // ---- whether all this pays ----

    /// True when the next line is to be looked for in the tree; asked once for each line or run of lines.
    bool isAwake() const { return resting == 0; }
    /// A piece of input went the long way while the tree was at rest.
    void rest() { if (resting > 0) resting--; }
    /// A line was found in the tree, or was not.
    void count(bool isKnown) {
        misses += !isKnown;
        if (++lines == window) settle();
    }
    bool learns() const { return lessons > 0; }

private:
    static constexpr uint32_t window = 512;
    /// One line in so many may be unknown: each costs several times what a known one saves.
    static constexpr uint32_t missLimit = window / 8;
    static constexpr uint32_t longestRest = 256;
    static constexpr uint32_t mostLessons = 64;
    static constexpr size_t placeLimit = 2048;
    static constexpr size_t byteLimit = 128 * 1024;

#ifdef __SSE2__
    /// A bit for each of 16 bytes that is the same; `known` is aligned.
    static uint32_t equal16(const uint8_t *at, const uint8_t *known) {
        __m128i seen = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
        __m128i wanted = _mm_load_si128(reinterpret_cast<const __m128i *>(known));
        return uint32_t(_mm_movemask_epi8(_mm_cmpeq_epi8(seen, wanted)));
    }
#endif

    void clear();
    uint32_t find(uint32_t parent, const Place &wanted, const uint8_t *text) const;
    void settle();

    std::vector<uint8_t> bytes;
    uint32_t lines = 0;
    uint32_t misses = 0;
    uint32_t resting = 0;
    uint32_t nextRest = 1;
    uint32_t lessons = mostLessons;
};

}  // namespace millrace

#endif
