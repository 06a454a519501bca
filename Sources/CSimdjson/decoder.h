// The decoder of JSON lines, in parts: `lines.cpp` cuts and counts, `decoder.cpp` walks records, `nested.cpp` goes into
// objects and arrays within them, `layouts.cpp` reads lines that are laid out as earlier ones.
#ifndef MILLRACE_DECODER_H
#define MILLRACE_DECODER_H

#include "json_batch.h"

#include <cstring>
#include <memory>
#include <vector>

#include <simdjson.h>

#include "common_values.h"
#include "key_table.h"
#include "layouts.h"
#include "text_heap.h"

namespace millrace {

/// Tokens are found for this many bytes of whole lines at a time: small enough to stay in the cache.
constexpr size_t chunkBytes = 64 * 1024;
constexpr size_t depthLimit = 256;

inline const uint64_t headMask[13] = {0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF,
    0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF};
inline const uint64_t tailMask[13] = {0, 0, 0, 0, 0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF,
    0xFFFFFFFFFFFFFF, ~uint64_t(0)};

/// Columnar's 16-byte text view. At least 16 bytes at `bytes` are readable.
struct View {
    uint64_t head, tail;

    View(const uint8_t *bytes, size_t count) {
        uint64_t first, rest;
        memcpy(&first, bytes, 8);
        if (count <= 12) {
            memcpy(&rest, bytes + 4, 8);
            head = count | (first & headMask[count]) << 32;
            tail = rest & tailMask[count];
        } else {
            head = uint32_t(count) | first << 32;
            tail = reinterpret_cast<uint64_t>(bytes);
        }
    }
};

inline bool is_blank(uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class LayoutLearner;

/// An element of a nested value: what its slot holds, or where its bytes are and how many.
struct Item {
    uint64_t low = 0;
    uint64_t high = 0;
    bool null = true;
};

}  // namespace millrace

/// The state of a decoder between calls, and of the line it is in.
struct millrace_json {
    millrace_json(const millrace_field *wanted, uint32_t count, uint32_t flags, size_t longest);
    ~millrace_json() { millrace::TextHeap::free_chain(scratch.newest); }

    void decode(const uint8_t *input, size_t from, size_t to, millrace_decoded &result);

    millrace_column *columns = nullptr;
    millrace_reject *rejects = nullptr;
    uint32_t rowCapacity = 0;
    uint32_t rejectCapacity = 0;

private:
    friend class millrace::LayoutLearner;
    enum Flow { going, full };

    void reserve(size_t bytes);
    Flow chunk(size_t from, size_t to, millrace_decoded &result, bool alone);
    Flow lines(size_t from, size_t to, millrace_decoded &result);
    Flow line(size_t end, millrace_decoded &result);
    bool object();
    bool members(millrace::KeyTable &table);
    bool value(int32_t column);
    bool scalar(int32_t column, const uint8_t *at, const uint8_t *end);
    bool store_text(int32_t column, const uint8_t *at, const uint8_t *end, bool escaped);
    bool store_bytes(int32_t column, const uint8_t *at, const uint8_t *end);
    bool store_timestamp(int32_t column, const uint8_t *at, const uint8_t *end);
    bool store_number(int32_t column, const uint8_t *at, const uint8_t *end);
    bool store_other(int32_t column, const uint8_t *at, const uint8_t *end, millrace_form form);
    size_t known_lines(size_t from, size_t to, millrace_decoded &result);
    bool known_line(const uint8_t *&position, const uint8_t *limit);
    const uint8_t *read_texts(millrace::Place *places, uint32_t &parent, const uint8_t *at, const uint8_t *limit);
    const uint8_t *read_place(const millrace::Place &place, const uint8_t *at, const uint8_t *limit);
    const uint8_t *read_seldom(const millrace::Place &place, const uint8_t *at, const uint8_t *limit);
    const uint8_t *read_timestamp(int32_t column, const uint8_t *at, const uint8_t *limit);
    bool stores(int32_t column, const uint8_t *at, const uint8_t *end, millrace_form form);
    void end_known_row(const millrace::Ending &ending);
    void learn_layout(const uint32_t *first, size_t from, size_t end);
    bool enter(int32_t column);
    bool step(int32_t column);
    bool store_nested(int32_t column);
    bool nested(int32_t which, millrace::Item &out);
    bool nested_scalar(int32_t which, millrace::Item &out);
    bool nested_text(int32_t which, const uint8_t *at, const uint8_t *end, millrace::Item &out);
    bool nested_array(int32_t which, millrace::Item &out);
    bool nested_map(int32_t which, millrace::Item &out);
    bool nested_row(int32_t which, millrace::Item &out);
    bool make_row(int32_t which, size_t base, const uint8_t *at, millrace::Item &out);
    bool nested_bad(const uint8_t *at, const uint8_t *end, millrace::Item &out);
    uint8_t *place(size_t count, millrace::Item &out);
    bool skip_nested();
    bool skip_token();
    bool end_row();
    void begin_value(int32_t column);
    void set_null(int32_t column);
    void note_absence(int32_t step);
    void write_absence(int32_t step);
    void write_absences();
    void undo_rows(uint32_t first);
    void reject(size_t from, size_t end, millrace_decoded &result);
    void reject_as(millrace_reason reason, const char *detail, size_t from, size_t end, millrace_decoded &result);
    bool fail(millrace_reason why, const char *what, int32_t which = -1) {
        reason = why;
        detail = what;
        column = which;
        return false;
    }
    bool malformed(const char *what) { return fail(MILLRACE_MALFORMED_JSON, what); }
    bool bad_value(int32_t which, const uint8_t *at, const uint8_t *end);
    /// The last byte of the token that ends before `next`.
    const uint8_t *token_end(const uint8_t *start, size_t next) const {
        const uint8_t *end = block + next;
        while (end > start && millrace::is_blank(end[-1])) end--;
        return end;
    }
    bool line_has_escapes(size_t from, size_t end, bool &asked);

    std::vector<millrace_field> fields;
    millrace::KeyTable keys;
    // Of each field that is an object: the keys of its members.
    std::vector<std::unique_ptr<millrace::KeyTable>> tables;
    std::vector<std::vector<int32_t>> children;
    // Of each field: which child of its parent it is.
    std::vector<uint32_t> positions;
    // The fields that are not parts of nested values.
    std::vector<int32_t> outer;
    // Of each object whose members are columns, all of them plain ones: the last rows in succession that lack it and
    // have not been written. In the others both are 0.
    struct Absence { uint32_t begin = 0, end = 0; };
    std::vector<Absence> absences;
    std::vector<int32_t> plainSteps;
    std::vector<bool> isPlainStep;
    // The value that was begun last comes again in its row.
    bool repeated = false;
    // Row generation in which a column was last set.
    std::vector<uint64_t> stamps;
    uint64_t generation = 0;
    uint32_t columnsSet = 0;
    bool ignores;
    bool demands;
    size_t longestLine;
    std::unique_ptr<simdjson::internal::dom_parser_implementation> tokens;
    size_t capacity = 0;

    const uint8_t *block = nullptr;
    // The next token of the line, and where the line ends.
    const uint32_t *token = nullptr;
    const uint8_t *origin = nullptr;
    size_t lineEnd = 0;
    bool hasEscapes = false;
    millrace::PlainTimestamps timestamps;
    millrace::LayoutTree layouts;
    // The values of the columns of texts; null for other columns.
    std::vector<millrace::View *> textColumns;
    // Lines are on their own because their layout was not known: it is to be learnt.
    bool learning = false;
    // The first backslash at or behind the place last asked about.
    size_t nextEscape = 0;
    size_t escapesKnownTo = 0;
    uint32_t row = 0;
    millrace::TextHeap heap;
    // While a nested value is made: the field whose column it goes to, how deep the walk is in it, the elements of the
    // collections it is in, their texts.
    int32_t root = -1;
    uint32_t depth = 0;
    std::vector<millrace::Item> items;
    millrace::TextHeap scratch;

    millrace_reason reason = MILLRACE_MALFORMED_JSON;
    const char *detail = nullptr;
    int32_t column = -1;
    size_t valueOffset = 0;
    size_t valueLength = 0;
};

#endif
