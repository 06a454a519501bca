// Lines of JSON, many at once: simdjson finds their tokens, each is decoded, what is wrong is reported.
#include "decoder.h"

using namespace millrace;

millrace_json::millrace_json(const millrace_field *wanted, uint32_t count, uint32_t flags, size_t longest)
    : fields(wanted, wanted + count), keys(wanted, count, -1, 2048), tables(count), children(count),
      positions(count, 0), absences(count), isPlainStep(count, false), stamps(count, 0), ignores(flags & MILLRACE_JSON_IGNORE_ERRORS),
      demands(flags & MILLRACE_JSON_FAIL_ON_MISSING), longestLine(longest) {
    std::vector<bool> isOuter(count, true);
    for (uint32_t i = 0; i < count; i++) {
        millrace_field &field = fields[i];
        field.name = nullptr;
        if (field.kind == MILLRACE_ROW || field.kind == MILLRACE_STEP)
            tables[i] = std::make_unique<KeyTable>(wanted, count, int32_t(i), 256);
        if (field.parent >= 0 && field.parent < int32_t(i)) {
            positions[i] = uint32_t(children[size_t(field.parent)].size());
            children[size_t(field.parent)].push_back(int32_t(i));
            isOuter[i] = isOuter[size_t(field.parent)] && fields[size_t(field.parent)].kind == MILLRACE_STEP;
        }
        if (isOuter[i]) outer.push_back(int32_t(i));
    }
    for (uint32_t i = 0; i < count; i++) {
        bool isPlain = fields[i].kind == MILLRACE_STEP && isOuter[i];
        for (int32_t child : children[i]) isPlain = isPlain && fields[size_t(child)].kind != MILLRACE_STEP;
        isPlainStep[i] = isPlain;
        if (isPlain) plainSteps.push_back(int32_t(i));
    }
    reserve(chunkBytes);
}

void millrace_json::reserve(size_t bytes) {
    if (bytes <= capacity) return;
    capacity = bytes;
    auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, tokens);
    if (error) abort();
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
    write_absences();
    for (int32_t which : plainSteps) absences[size_t(which)] = Absence();
    uint32_t last = row < rowCapacity ? row : rowCapacity - 1;
    for (size_t i = 0; i < fields.size(); i++)
        for (uint32_t r = first; columns[i].validity && r <= last; r++) columns[i].validity[r >> 6] |= uint64_t(1) << (r & 63);
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
            } else {
                const uint32_t *first = token;
                uint32_t rowBefore = row, rejectsBefore = result.rejects;
                bool isObject = origin[*token] == '{';
                if (line(lineEnd, result) == full) return full;
                bool isGood = isObject && row == rowBefore + 1 && result.rejects == rejectsBefore;
                if (learning && isGood && !hasEscapes && layouts.learns()) learn_layout(first, from, lineEnd);
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
    for (int32_t which : plainSteps) absences[size_t(which)] = Absence();
    heap = TextHeap();
    textColumns.assign(fields.size(), nullptr);
    for (size_t i = 0; i < fields.size(); i++) {
        if (fields[i].kind != MILLRACE_TEXT || !columns[i].values) continue;
        textColumns[i] = static_cast<View *>(columns[i].values);
        // Nearly all texts are views of the block.
        columns[i].points_to |= 1;
    }
    result.consumed = from;
    while (from < to && row < rowCapacity && result.rejects < rejectCapacity) {
        learning = layouts.isAwake();
        if (learning) {
            from = known_lines(from, to, result);
            if (from == to || row == rowCapacity) break;
        }
        size_t end = to;
        if (learning) {
            auto *newline = static_cast<const uint8_t *>(memchr(block + from, '\n', to - from));
            if (newline) end = size_t(newline - block) + 1;
        } else if (to - from > chunkBytes) {
            auto *newline = static_cast<const uint8_t *>(memrchr(block + from, '\n', chunkBytes));
            if (!newline) newline = static_cast<const uint8_t *>(memchr(block + from + chunkBytes, '\n', to - from - chunkBytes));
            if (newline) end = size_t(newline - block) + 1;
        }
        if (end - from > chunkBytes && end - from > longestLine + 2) {
            result.lines++;
            reject_as(MILLRACE_LINE_TOO_LONG, nullptr, from, end, result);
            result.consumed = end;
        } else if (chunk(from, end, result, learning) == full) {
            break;
        }
        from = result.consumed;
        if (!learning) layouts.rest();
    }
    write_absences();
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
