// Lines of JSON into columns: simdjson finds the tokens of many lines at once, one walk takes the wanted fields.
#include "json_batch.h"

#include <cstring>
#include <memory>
#include <vector>

#include <simdjson.h>

#include "key_table.h"
#include "text_heap.h"

namespace millrace {

namespace {

// Tokens are found for this many bytes of whole lines at a time: small enough to stay in the cache.
constexpr size_t chunkBytes = 64 * 1024;
constexpr size_t depthLimit = 256;

const uint64_t headMask[13] = {0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF,
    0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF};
const uint64_t tailMask[13] = {0, 0, 0, 0, 0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF,
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

bool is_blank(uint8_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

}  // namespace millrace

using namespace millrace;

/// The state of a decoder between calls, and of the line it is in.
struct millrace_json {
    millrace_json(const millrace_field *wanted, uint32_t count, uint32_t flags, size_t longest)
        : fields(wanted, wanted + count), keys(wanted, count), stamps(count, 0), ignores(flags & MILLRACE_JSON_IGNORE_ERRORS),
          demands(flags & MILLRACE_JSON_FAIL_ON_MISSING), longestLine(longest) {
        for (auto &field : fields) field.name = nullptr;
        reserve(chunkBytes);
    }

    void decode(const uint8_t *input, size_t from, size_t to, millrace_decoded &result);

    millrace_column *columns = nullptr;
    millrace_reject *rejects = nullptr;
    uint32_t rowCapacity = 0;
    uint32_t rejectCapacity = 0;

private:
    enum Flow { going, full };

    void reserve(size_t bytes);
    Flow chunk(size_t from, size_t to, millrace_decoded &result, bool alone);
    Flow lines(size_t from, size_t to, millrace_decoded &result);
    Flow line(size_t end, millrace_decoded &result);
    bool object();
    bool value(int32_t column);
    bool scalar(int32_t column, const uint8_t *at, const uint8_t *end);
    bool store_text(int32_t column, const uint8_t *at, const uint8_t *end, bool escaped);
    bool store_bytes(int32_t column, const uint8_t *at, const uint8_t *end);
    bool store_other(int32_t column, const uint8_t *at, const uint8_t *end, millrace_form form);
    bool skip_nested();
    bool skip_token();
    bool end_row();
    void begin_value(int32_t column);
    void set_null(int32_t column);
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
        while (end > start && is_blank(end[-1])) end--;
        return end;
    }
    bool line_has_escapes(size_t from, size_t end, bool &asked);

    std::vector<millrace_field> fields;
    KeyTable keys;
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
    // The first backslash at or behind the place last asked about.
    size_t nextEscape = 0;
    size_t escapesKnownTo = 0;
    uint32_t row = 0;
    TextHeap heap;

    millrace_reason reason = MILLRACE_MALFORMED_JSON;
    const char *detail = nullptr;
    int32_t column = -1;
    size_t valueOffset = 0;
    size_t valueLength = 0;
};

void millrace_json::reserve(size_t bytes) {
    if (bytes <= capacity) return;
    capacity = bytes;
    auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, tokens);
    if (error) abort();
}

// ---- values ----

void millrace_json::begin_value(int32_t which) {
    if (stamps[size_t(which)] == generation) {
        // A key that comes again: the last one counts, so a NULL before it is taken back.
        columns[which].validity[row >> 6] |= uint64_t(1) << (row & 63);
    } else {
        stamps[size_t(which)] = generation;
        columnsSet++;
    }
}

void millrace_json::set_null(int32_t which) {
    millrace_column &target = columns[which];
    uint64_t mask = uint64_t(1) << (row & 63);
    target.validity[row >> 6] &= ~mask;
    target.nulls++;
    switch (fields[size_t(which)].kind) {
    case MILLRACE_BOOLEAN: static_cast<uint64_t *>(target.values)[row >> 6] &= ~mask; break;
    case MILLRACE_TEXT: case MILLRACE_BYTES: case MILLRACE_DECIMAL:
        static_cast<uint64_t *>(target.values)[2 * size_t(row)] = 0;
        static_cast<uint64_t *>(target.values)[2 * size_t(row) + 1] = 0;
        break;
    default: static_cast<uint64_t *>(target.values)[row] = 0;
    }
}

bool millrace_json::bad_value(int32_t which, const uint8_t *at, const uint8_t *end) {
    if (ignores) {
        set_null(which);
        return true;
    }
    valueOffset = size_t(at - block);
    valueLength = size_t(end - at);
    return fail(MILLRACE_BAD_VALUE, nullptr, which);
}

bool millrace_json::store_text(int32_t which, const uint8_t *at, const uint8_t *end, bool escaped) {
    auto *place = static_cast<View *>(columns[which].values) + row;
    if (!escaped) {
        *place = View(at, size_t(end - at));
        columns[which].points_to |= 1;
        return true;
    }
    uint8_t *copy = heap.reserve(size_t(end - at));
    uint8_t *copied = unescape(at, end, copy);
    if (!copied) return malformed("a wrong escape in a string");
    *place = View(copy, size_t(copied - copy));
    heap.keep(size_t(copied - copy));
    columns[which].points_to |= 2;
    return true;
}

bool millrace_json::store_bytes(int32_t which, const uint8_t *at, const uint8_t *end) {
    uint8_t *copy = heap.reserve(size_t(end - at) + 4);
    ptrdiff_t count = millrace_base64(at, size_t(end - at), copy);
    if (count < 0) return bad_value(which, at, end);
    static_cast<View *>(columns[which].values)[row] = View(copy, size_t(count));
    heap.keep(size_t(count));
    columns[which].points_to |= 2;
    return true;
}

bool millrace_json::store_other(int32_t which, const uint8_t *at, const uint8_t *end, millrace_form form) {
    switch (millrace_store_value(&fields[size_t(which)], columns[which].values, row, at, size_t(end - at), form)) {
    case 0: return true;
    case 1: set_null(which); return true;
    default: return bad_value(which, at, end);
    }
}

/// A number, true, false or null between `at` and `end`; checked even when nobody wants it.
bool millrace_json::scalar(int32_t which, const uint8_t *at, const uint8_t *end) {
    size_t count = size_t(end - at);
    bool literal = (count == 4 && memcmp(at, "true", 4) == 0) || (count == 5 && memcmp(at, "false", 5) == 0);
    bool null = count == 4 && memcmp(at, "null", 4) == 0;
    if (!literal && !null && !is_json_number(at, end)) return malformed("not a JSON value");
    if (which < 0) return true;
    begin_value(which);
    if (null) {
        set_null(which);
        return true;
    }
    switch (fields[size_t(which)].kind) {
    case MILLRACE_TEXT: return store_text(which, at, end, false);
    case MILLRACE_BYTES: return bad_value(which, at, end);
    default: return store_other(which, at, end, literal ? MILLRACE_FORM_LITERAL : MILLRACE_FORM_NUMBER);
    }
}

/// The value at `token`; moves behind it. `which` is the column it goes to, or -1.
bool millrace_json::value(int32_t which) {
    const uint8_t *at = origin + *token;
    uint8_t first = *at;
    if (first == '"') {
        const uint8_t *end = token_end(at, size_t(origin - block) + token[1]) - 1;
        if (end <= at) return malformed("a string that does not end");
        token++;
        bool escaped = hasEscapes && memchr(at, '\\', size_t(end - at));
        if (which < 0) return !escaped || escapes_are_valid(at + 1, end) || malformed("a wrong escape in a string");
        begin_value(which);
        switch (fields[size_t(which)].kind) {
        case MILLRACE_TEXT: return store_text(which, at + 1, end, escaped);
        case MILLRACE_BYTES: if (!escaped) return store_bytes(which, at + 1, end); break;
        default: if (!escaped) return store_other(which, at + 1, end, MILLRACE_FORM_TEXT);
        }
        uint8_t *copy = heap.reserve(size_t(end - at));
        uint8_t *copied = unescape(at + 1, end, copy);
        if (!copied) return malformed("a wrong escape in a string");
        // The resolved text stays where it is while it is read; its room is used again afterwards.
        if (fields[size_t(which)].kind == MILLRACE_BYTES) return bad_value(which, at + 1, end);
        int outcome = millrace_store_value(&fields[size_t(which)], columns[which].values, row, copy,
                                           size_t(copied - copy), MILLRACE_FORM_TEXT);
        if (outcome == 1) set_null(which);
        return outcome == 2 ? bad_value(which, at + 1, end) : true;
    }
    if (first == '{' || first == '[') {
        if (!skip_nested()) return false;
        if (which < 0) return true;
        begin_value(which);
        const uint8_t *end = origin + token[-1] + 1;
        if (fields[size_t(which)].kind != MILLRACE_TEXT) return bad_value(which, at, end);
        uint8_t *copy = heap.reserve(size_t(end - at));
        size_t count = size_t(compact(at, end, copy) - copy);
        static_cast<View *>(columns[which].values)[row] = View(copy, count);
        heap.keep(count);
        columns[which].points_to |= 2;
        return true;
    }
    const uint8_t *end = token_end(at, size_t(origin - block) + token[1]);
    token++;
    return scalar(which, at, end);
}

// ---- structure ----

/// Checks the string or scalar at `token` and moves behind it.
bool millrace_json::skip_token() {
    const uint8_t *at = origin + *token;
    const uint8_t *end = token_end(at, size_t(origin - block) + token[1]);
    token++;
    if (*at != '"') return scalar(-1, at, end);
    if (end - at < 2) return malformed("a string that does not end");
    return !hasEscapes || escapes_are_valid(at + 1, end - 1) || malformed("a wrong escape in a string");
}

/// Checks the object or array at `token` and moves behind it.
bool millrace_json::skip_nested() {
    bool objects[depthLimit];
    size_t depth = 0;
    bool expectsValue = true;
    while (true) {
        if (size_t(origin - block) + *token >= lineEnd) return malformed("the line ends inside a value");
        uint8_t c = origin[*token];
        if (expectsValue) {
            bool inObject = depth > 0 && objects[depth - 1];
            if (inObject) {
                if (c != '"' || origin[token[1]] != ':') return malformed("a key and a colon were expected");
                if (!skip_token()) return false;
                token++;
                if (size_t(origin - block) + *token >= lineEnd) return malformed("the line ends inside a value");
                c = origin[*token];
            }
            if (c == '{' || c == '[') {
                if (depth == depthLimit) return malformed("nested too deep");
                objects[depth++] = c == '{';
                token++;
                // Behind an opening bracket: a value, or at once its end.
                uint8_t next = origin[*token];
                expectsValue = next != (c == '{' ? '}' : ']');
                continue;
            }
            if (c == '}' || c == ']' || c == ',' || c == ':') return malformed("a value was expected");
            if (!skip_token()) return false;
            expectsValue = false;
            continue;
        }
        token++;
        if (c == ',') {
            expectsValue = true;
        } else if (c == (objects[depth - 1] ? '}' : ']')) {
            if (--depth == 0) return true;
        } else {
            return malformed("a comma or a closing bracket was expected");
        }
    }
}

/// The object whose opening brace is at `token`; moves behind it and fills the row.
bool millrace_json::object() {
    generation++;
    columnsSet = 0;
    const uint8_t *const base = origin;
    const uint8_t *const end = block + lineEnd;
    token++;
    if (base[*token] == '}') {
        if (base + *token >= end) return malformed("the line ends inside an object");
        token++;
        return end_row();
    }
    Key *before = &keys.start;
    while (true) {
        const uint8_t *at = base + token[0];
        Key *key = before->next;
        if (base[token[1]] != ':') return malformed("a key and a colon were expected");
        if (!key->is_at(at, end)) {
            const uint8_t *close = token_end(at, size_t(base - block) + token[1]);
            if (*at != '"' || close - at < 2 || close > end) return malformed("a key and a colon were expected");
            key = keys.find(at, uint32_t(close - at));
            if (!key) return malformed("a wrong escape in a key");
            before->next = key;
        }
        before = key;
        token += 2;
        const uint8_t *start = base + token[0];
        if (key->column < 0 && *start == '"' && !hasEscapes) {
            token++;
        } else if (start >= end) {
            return malformed("the line ends inside an object");
        } else if (!value(key->column)) {
            return false;
        }
        uint8_t next = base[*token];
        if (next == ',') {
            token++;
        } else if (next == '}') {
            if (base + *token >= end) return malformed("the line ends inside an object");
            token++;
            return end_row();
        } else {
            return malformed("a comma or a closing brace was expected");
        }
    }
}

bool millrace_json::end_row() {
    if (columnsSet < fields.size()) {
        for (size_t i = 0; i < fields.size(); i++) {
            if (stamps[i] == generation) continue;
            if (demands && !ignores) return fail(MILLRACE_MISSING_FIELD, nullptr, int32_t(i));
            set_null(int32_t(i));
        }
    }
    row++;
    return true;
}

// ---- lines ----

bool millrace_json::line_has_escapes(size_t from, size_t end, bool &asked) {
    if (!asked || nextEscape < from) {
        auto *found = static_cast<const uint8_t *>(memchr(block + from, '\\', escapesKnownTo - from));
        nextEscape = found ? size_t(found - block) : SIZE_MAX;
        asked = true;
    }
    return nextEscape < end;
}

/// Makes the rows from `first` on as good as new.
void millrace_json::undo_rows(uint32_t first) {
    uint32_t last = row < rowCapacity ? row : rowCapacity - 1;
    for (size_t i = 0; i < fields.size(); i++)
        for (uint32_t r = first; r <= last; r++) columns[i].validity[r >> 6] |= uint64_t(1) << (r & 63);
    row = first;
}

void millrace_json::reject(size_t from, size_t end, millrace_decoded &result) {
    while (end > from && is_blank(block[end - 1])) end--;
    millrace_reject &entry = rejects[result.rejects++];
    entry = millrace_reject{from, end - from, valueOffset, valueLength, detail, column, reason};
    if (reason != MILLRACE_BAD_VALUE) entry.value_offset = entry.value_length = 0;
}

void millrace_json::reject_as(millrace_reason why, const char *what, size_t from, size_t end, millrace_decoded &result) {
    fail(why, what);
    reject(from, end, result);
}

/// The line that begins at `token` and ends at `end`: one object, or an array of objects.
millrace_json::Flow millrace_json::line(size_t end, millrace_decoded &result) {
    size_t start = size_t(origin - block) + *token;
    uint32_t first = row;
    uint8_t c = origin[*token];
    if (row == rowCapacity) return full;
    bool good = true;
    if (c == '{') {
        good = object();
    } else if (c == '[') {
        token++;
        bool more = origin[*token] != ']';
        if (!more) token++;
        while (more) {
            if (row == rowCapacity) {
                bool alone = first == 0 && result.rejects == 0;
                undo_rows(first);
                if (!alone) return full;
                good = fail(MILLRACE_TOO_MANY_ROWS, "an array of more rows than a batch holds");
                break;
            }
            if (size_t(origin - block) + *token >= end) {
                good = malformed("the line ends inside an array");
                break;
            }
            good = origin[*token] == '{' ? object() : fail(MILLRACE_NOT_AN_OBJECT, "an array of something else than objects");
            if (!good) break;
            uint8_t next = origin[*token++];
            more = next == ',';
            if (!more && next != ']') good = malformed("a comma or a closing bracket was expected");
        }
    } else {
        good = skip_token() && fail(MILLRACE_NOT_AN_OBJECT, nullptr);
    }
    if (good && size_t(origin - block) + *token < end) good = malformed("more text behind the record");
    if (good && size_t(origin - block) + token[-1] >= end) good = malformed("the line ends inside an array");
    result.lines++;
    if (!good) {
        undo_rows(first);
        reject(start, end, result);
    }
    return going;
}

/// Decodes the whole lines of `[from, to)`; falls back to one line at a time when they are not all well-formed.
millrace_json::Flow millrace_json::chunk(size_t from, size_t to, millrace_decoded &result, bool alone) {
    reserve(to - from);
    auto error = tokens->stage1(block + from, to - from, simdjson::stage1_mode::regular);
    if (!error) return lines(from, to, result);
    if (error == simdjson::EMPTY) {
        result.consumed = to;
        result.blank_lines++;
        return going;
    }
    if (!alone) {
        while (from < to) {
            auto *newline = static_cast<const uint8_t *>(memchr(block + from, '\n', to - from));
            size_t next = newline ? size_t(newline - block) + 1 : to;
            if (row == rowCapacity || chunk(from, next, result, true) == full) return full;
            from = next;
        }
        return going;
    }
    if (result.rejects == rejectCapacity) return full;
    result.lines++;
    result.consumed = to;
    switch (error) {
    case simdjson::UTF8_ERROR: reject_as(MILLRACE_INVALID_UTF8, nullptr, from, to, result); break;
    case simdjson::UNCLOSED_STRING: reject_as(MILLRACE_MALFORMED_JSON, "a string that does not end", from, to, result); break;
    default: reject_as(MILLRACE_MALFORMED_JSON, "a control character in a string", from, to, result);
    }
    return going;
}

/// Decodes the lines of `[from, to)`, whose tokens have been found.
millrace_json::Flow millrace_json::lines(size_t from, size_t to, millrace_decoded &result) {
    uint32_t *indexes = tokens->structural_indexes.get();
    uint32_t count = tokens->n_structural_indexes;
    // The walk looks a few tokens ahead; behind the last it must find the end of the text.
    for (uint32_t i = 0; i < 8; i++) indexes[count + i] = uint32_t(to - from);
    origin = block + from;
    token = indexes;
    escapesKnownTo = to;
    bool asked = false;
    while (from < to) {
        auto *newline = static_cast<const uint8_t *>(memchr(block + from, '\n', to - from));
        lineEnd = newline ? size_t(newline - block) : to;
        while (size_t(origin - block) + *token < from) token++;
        if (size_t(origin - block) + *token < lineEnd) {
            if (result.rejects == rejectCapacity) return full;
            hasEscapes = line_has_escapes(from, lineEnd, asked);
            if (lineEnd - from > longestLine + 1) {
                result.lines++;
                reject_as(MILLRACE_LINE_TOO_LONG, nullptr, from, lineEnd, result);
            } else if (line(lineEnd, result) == full) {
                return full;
            }
            // A line that went wrong may have run ahead into the next ones.
            if (token > indexes + count) token = indexes + count;
            while (token > indexes && size_t(origin - block) + token[-1] > lineEnd) token--;
        } else {
            result.blank_lines++;
        }
        from = newline ? lineEnd + 1 : to;
        result.consumed = from;
    }
    return going;
}

void millrace_json::decode(const uint8_t *input, size_t from, size_t to, millrace_decoded &result) {
    block = input;
    row = 0;
    heap = TextHeap();
    result.consumed = from;
    while (from < to && row < rowCapacity && result.rejects < rejectCapacity) {
        size_t end = to;
        if (to - from > chunkBytes) {
            auto *newline = static_cast<const uint8_t *>(memrchr(block + from, '\n', chunkBytes));
            if (!newline) newline = static_cast<const uint8_t *>(memchr(block + from + chunkBytes, '\n', to - from - chunkBytes));
            if (newline) end = size_t(newline - block) + 1;
        }
        if (end - from > chunkBytes && end - from > longestLine + 2) {
            result.lines++;
            reject_as(MILLRACE_LINE_TOO_LONG, nullptr, from, end, result);
            result.consumed = end;
        } else if (chunk(from, end, result, false) == full) {
            break;
        }
        from = result.consumed;
    }
    result.rows = row;
    result.heap = heap.newest;
    result.heap_bytes = heap.allocated;
}

extern "C" millrace_json *millrace_json_new(const millrace_field *fields, uint32_t count, uint32_t flags,
                                            size_t longest_line) {
    return new millrace_json(fields, count, flags, longest_line);
}

extern "C" void millrace_json_free(millrace_json *decoder) { delete decoder; }

extern "C" void millrace_json_decode(millrace_json *decoder, const uint8_t *block, size_t from, size_t to,
                                     millrace_column *columns, uint32_t row_capacity, millrace_reject *rejects,
                                     uint32_t reject_capacity, millrace_decoded *out) {
    *out = millrace_decoded{};
    decoder->columns = columns;
    decoder->rejects = rejects;
    decoder->rowCapacity = row_capacity;
    decoder->rejectCapacity = reject_capacity;
    decoder->decode(block, from, to, *out);
}
