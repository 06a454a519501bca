// Records into columns: one walk over the tokens of a line takes the wanted fields.
#include "decoder.h"

using namespace millrace;

// ---- values ----

namespace {

/// Bytes a value of a column takes; 0 for a bit.
size_t value_width(uint8_t kind) {
    switch (kind) {
    case MILLRACE_BOOLEAN: return 0;
    case MILLRACE_TEXT: case MILLRACE_BYTES: case MILLRACE_DECIMAL: case MILLRACE_WIDE_TIMESTAMP:
    case MILLRACE_WIDE_TIMESTAMP_LTZ:
    case MILLRACE_ARRAY: case MILLRACE_MAP: case MILLRACE_MULTISET: case MILLRACE_ROW: return 16;
    default: return 8;
    }
}

}  // namespace

void millrace_json::begin_value(int32_t which) {
    repeated = stamps[size_t(which)] == generation;
    if (repeated) {
        if (absences[size_t(which)].end == row + 1) write_absence(which);
        // A key that comes again: the last one counts, so a NULL before it is taken back.
        if (columns[which].validity) columns[which].validity[row >> 6] |= uint64_t(1) << (row & 63);
    } else {
        stamps[size_t(which)] = generation;
        columnsSet++;
    }
}

/// The object of a step is not there in this row. Rows in succession are written at once.
void millrace_json::note_absence(int32_t which) {
    Absence &run = absences[size_t(which)];
    if (run.end != row) {
        write_absence(which);
        run.begin = row;
    }
    run.end = row + 1;
    columnsSet += uint32_t(children[size_t(which)].size());
}

namespace {

void clear_bits(uint64_t *bits, uint32_t begin, uint32_t end) {
    while (begin < end) {
        uint32_t last = (begin | 63) + 1 < end ? (begin | 63) + 1 : end;
        uint64_t ones = last - begin == 64 ? ~uint64_t(0) : (uint64_t(1) << (last - begin)) - 1;
        bits[begin >> 6] &= ~(ones << (begin & 63));
        begin = last;
    }
}

}  // namespace

/// Makes the parts of an object NULL in the rows that were noted.
void millrace_json::write_absence(int32_t which) {
    Absence &run = absences[size_t(which)];
    uint32_t begin = run.begin, count = run.end - run.begin;
    if (count == 0) return;
    if (auto *bits = static_cast<uint64_t *>(columns[which].values)) clear_bits(bits, begin, run.end);
    for (int32_t child : children[size_t(which)]) {
        millrace_column &target = columns[child];
        clear_bits(target.validity, begin, run.end);
        target.nulls += count;
        size_t width = value_width(fields[size_t(child)].kind);
        if (width == 0) clear_bits(static_cast<uint64_t *>(target.values), begin, run.end);
        else memset(static_cast<uint8_t *>(target.values) + begin * width, 0, count * width);
        // In the row that is being read they count as set already.
        if (run.end == row + 1) stamps[size_t(child)] = generation;
    }
    run.begin = run.end;
}

void millrace_json::write_absences() {
    for (int32_t which : plainSteps) write_absence(which);
}

void millrace_json::set_null(int32_t which) {
    millrace_column &target = columns[which];
    uint64_t mask = uint64_t(1) << (row & 63);
    if (fields[size_t(which)].kind == MILLRACE_STEP) {
        if (!repeated && isPlainStep[size_t(which)]) return note_absence(which);
        // An object that is not there: so it is with all that would be in it.
        if (target.values) static_cast<uint64_t *>(target.values)[row >> 6] &= ~mask;
        for (int32_t child : children[size_t(which)]) {
            begin_value(child);
            set_null(child);
        }
        return;
    }
    target.validity[row >> 6] &= ~mask;
    target.nulls++;
    size_t width = value_width(fields[size_t(which)].kind);
    if (width == 0) static_cast<uint64_t *>(target.values)[row >> 6] &= ~mask;
    else memset(static_cast<uint8_t *>(target.values) + row * width, 0, width);
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

/// A text for a TIMESTAMP column.
bool millrace_json::store_timestamp(int32_t which, const uint8_t *at, const uint8_t *end) {
    const millrace_field &field = fields[size_t(which)];
    bool isPlain = !field.iso && field.precision >= 3;
    size_t count = size_t(end - at);
    auto *place = static_cast<int64_t *>(columns[which].values) + row;
    if (isPlain && timestamps.read(at, count, *place)) return true;
    int outcome = millrace_store_value(&field, columns[which].values, row, at, count, MILLRACE_FORM_TEXT);
    if (outcome != 0) return bad_value(which, at, end);
    if (isPlain) timestamps.learn(at, count, *place);
    return true;
}

/// A short integer for a column of integers, or for none; false when it is something else.
bool millrace_json::store_number(int32_t which, const uint8_t *at, const uint8_t *end) {
    int64_t value;
    if (which < 0) return short_integer(at, end, value);
    uint8_t kind = fields[size_t(which)].kind;
    if (kind < MILLRACE_INT8 || kind > MILLRACE_INT64 || !short_integer(at, end, value)) return false;
    int bits = 8 << (kind - MILLRACE_INT8);
    if (bits < 64 && (value >= int64_t(1) << (bits - 1) || value < -(int64_t(1) << (bits - 1)))) return false;
    begin_value(which);
    static_cast<int64_t *>(columns[which].values)[row] = value;
    return true;
}

/// A number, true, false or null between `at` and `end`; checked even when nobody wants it.
bool millrace_json::scalar(int32_t which, const uint8_t *at, const uint8_t *end) {
    size_t count = size_t(end - at);
    bool null = count == 4 && memcmp(at, "null", 4) == 0;
    bool literal =
        !null && ((count == 4 && memcmp(at, "true", 4) == 0) || (count == 5 && memcmp(at, "false", 5) == 0));
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
        case MILLRACE_TIMESTAMP: if (!escaped) return store_timestamp(which, at + 1, end); break;
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
        if (which >= 0 && fields[size_t(which)].kind >= MILLRACE_ARRAY) return enter(which);
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
    return (first != 'n' && store_number(which, at, end)) || scalar(which, at, end);
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
    return members(keys) && end_row();
}

/// The members of the object whose opening brace is at `token`; moves behind it.
bool millrace_json::members(KeyTable &table) {
    const uint8_t *const base = origin;
    const uint8_t *const end = block + lineEnd;
    token++;
    if (base[*token] == '}') {
        if (base + *token >= end) return malformed("the line ends inside an object");
        token++;
        return true;
    }
    Key *before = &table.start;
    while (true) {
        const uint8_t *at = base + token[0];
        Key *key = before->next;
        if (base[token[1]] != ':') return malformed("a key and a colon were expected");
        if (!key->is_at(at, end)) {
            const uint8_t *close = token_end(at, size_t(base - block) + token[1]);
            if (*at != '"' || close - at < 2 || close > end) return malformed("a key and a colon were expected");
            key = table.find(at, uint32_t(close - at));
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
            return true;
        } else {
            return malformed("a comma or a closing brace was expected");
        }
    }
}

bool millrace_json::end_row() {
    if (columnsSet < outer.size()) {
        for (int32_t field : outer) {
            if (stamps[size_t(field)] == generation) continue;
            // A part of an object that is not there.
            int32_t parent = fields[size_t(field)].parent;
            if (parent >= 0 && absences[size_t(parent)].end == row + 1) continue;
            if (demands && !ignores) return fail(MILLRACE_MISSING_FIELD, nullptr, field);
            repeated = false;
            set_null(field);
        }
    }
    row++;
    return true;
}
