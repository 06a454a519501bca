// Lines of layouts that were seen before: read without finding their tokens.
#include "decoder.h"

using namespace millrace;

// ---- the tree ----

void LayoutTree::clear() {
    places.assign(1, Place());
    endings.clear();
    bytes.clear();
}

void LayoutTree::settle() {
    if (misses > missLimit) {
        resting = nextRest;
        if (nextRest < longestRest) nextRest *= 2;
    } else {
        nextRest = 1;
        if (lessons < mostLessons) lessons++;
    }
    lines = misses = 0;
}

uint32_t LayoutTree::find(uint32_t parent, const Place &wanted, const uint8_t *text) const {
    for (uint32_t index = places[parent].child; index != 0; index = places[index].sibling) {
        const Place &place = places[index];
        if (place.reading != wanted.reading || place.column != wanted.column || place.length != wanted.length) continue;
        if (memcmp(&bytes[place.bytes], text + wanted.bytes, place.length) == 0) return index;
    }
    return 0;
}

void LayoutTree::add(const std::vector<Place> &path, const uint8_t *text, Ending ending) {
    size_t size = 0;
    for (const Place &place : path) size += place.length;
    if (size > byteLimit / 4 || path.size() > placeLimit / 4) {
        lessons = 0;
        return;
    }
    lessons--;
    if (places.size() + path.size() > placeLimit || bytes.size() + size > byteLimit) clear();
    uint32_t parent = 0;
    for (const Place &seen : path) {
        uint32_t index = find(parent, seen, text);
        if (index == 0) {
            index = uint32_t(places.size());
            Place place = seen;
            place.bytes = uint32_t(bytes.size());
            bytes.insert(bytes.end(), text + seen.bytes, text + seen.bytes + seen.length);
            uint32_t begin = seen.length < 16 ? seen.length : 16;
            memcpy(place.head, text + seen.bytes, begin);
            place.mask = (uint32_t(1) << begin) - 1;
            if (seen.length > 16) memcpy(place.tail, text + seen.bytes + seen.length - 16, 16);
            place.child = 0;
            place.sibling = places[parent].child;
            if (place.reading == Reading::lineEnd) {
                place.ending = uint32_t(endings.size());
                endings.push_back(std::move(ending));
            }
            places.push_back(place);
            places[parent].child = index;
        }
        parent = index;
    }
}

// ---- reading ----

namespace {

/// How many of the 8 bytes of a word are digits before the first that is none.
inline size_t leading_digits(uint64_t word) {
    uint64_t digit = word ^ 0x3030303030303030;
    uint64_t others = ((digit + 0x7676767676767676) | digit) & 0x8080808080808080;
    return others ? size_t(__builtin_ctzll(others)) >> 3 : 8;
}

/// Reads an integer of 64 bits at `at`, of which 32 bytes are readable; the end of it, or null.
[[gnu::always_inline]] inline const uint8_t *read_integer(const uint8_t *at, int64_t &out) {
    static const uint64_t powers[9] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    bool negative = *at == '-';
    at += negative;
    uint64_t word = load8(at);
    size_t count = leading_digits(word);
    if (count == 0 || (count > 1 && *at == '0')) return nullptr;
    uint64_t value;
    if (count < 8) {
        value = eight_digits(word << (64 - 8 * count));
    } else {
        value = eight_digits(word);
        uint64_t rest = load8(at + 8);
        size_t more = leading_digits(rest);
        if (more > 0) value = value * powers[more] + eight_digits(rest << (64 - 8 * more));
        count += more;
        if (more == 8 && uint8_t(at[16] - '0') < 10) {
            rest = load8(at + 16);
            more = leading_digits(rest);
            // 19 digits fit into the word, though not all of them into an integer.
            if (more > 3) return nullptr;
            value = value * powers[more] + eight_digits(rest << (64 - 8 * more));
            if (value > uint64_t(INT64_MAX) + negative) return nullptr;
            count += more;
        }
    }
    out = int64_t(negative ? 0 - value : value);
    return at + count;
}

/// The first quote, backslash or control character; null when there is none before `limit`.
/// `others` gets bits for bytes beyond ASCII in front of it. 32 bytes behind `limit` are readable.
[[gnu::always_inline]] inline const uint8_t *text_stop(const uint8_t *at, const uint8_t *limit, uint32_t &others) {
#if defined(__AVX2__)
    const __m256i quote = _mm256_set1_epi8('"'), slash = _mm256_set1_epi8('\\'), control = _mm256_set1_epi8(0x1F);
    for (; at < limit; at += 32) {
        __m256i seen = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(at));
        __m256i stop = _mm256_or_si256(_mm256_cmpeq_epi8(seen, quote), _mm256_cmpeq_epi8(seen, slash));
        stop = _mm256_or_si256(stop, _mm256_cmpeq_epi8(_mm256_min_epu8(seen, control), seen));
        uint32_t stops = uint32_t(_mm256_movemask_epi8(stop)), high = uint32_t(_mm256_movemask_epi8(seen));
        if (stops) {
            uint32_t index = uint32_t(__builtin_ctz(stops));
            others |= high & ((uint32_t(1) << index) - 1);
            at += index;
            return at < limit ? at : nullptr;
        }
        others |= high;
    }
#elif defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
    for (; at < limit; at += 16) {
        __m128i seen = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
        __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(seen, quote), _mm_cmpeq_epi8(seen, slash));
        stop = _mm_or_si128(stop, _mm_cmpeq_epi8(_mm_min_epu8(seen, control), seen));
        uint32_t stops = uint32_t(_mm_movemask_epi8(stop)), high = uint32_t(_mm_movemask_epi8(seen));
        if (stops) {
            uint32_t index = uint32_t(__builtin_ctz(stops));
            others |= high & ((uint32_t(1) << index) - 1);
            at += index;
            return at < limit ? at : nullptr;
        }
        others |= high;
    }
#else
    for (; at < limit; at++) {
        if (*at == '"' || *at == '\\' || *at < 0x20) return at;
        others |= *at & 0x80;
    }
#endif
    return nullptr;
}

/// The quote that ends a text; null when it has a backslash or a control character or does not end before `limit`.
/// `others` as of ``text_stop``.
inline const uint8_t *text_end(const uint8_t *at, const uint8_t *limit, uint32_t &others) {
    const uint8_t *stop = text_stop(at, limit, others);
    return stop && *stop == '"' ? stop : nullptr;
}

/// True for UTF-8. A character of ASCII stands at `end`, so no sequence is read beyond it; 4 bytes are readable there.
bool text_is_utf8(const uint8_t *at, const uint8_t *end) {
    // From here on the vectors of the library are faster than steps from character to character.
    if (end - at > 64) return millrace_utf8_is_valid(at, size_t(end - at));
    while (at < end) {
        uint32_t word;
        memcpy(&word, at, 4);
        if ((word & 0x80) == 0) {
            at++;
        } else if ((word & 0xC0C0F0) == 0x8080E0) {
            uint32_t code = (word & 0x0F) << 12 | (word >> 2 & 0xFC0) | (word >> 16 & 0x3F);
            if (code < 0x800 || (code >= 0xD800 && code < 0xE000)) return false;
            at += 3;
        } else if ((word & 0xC0E0) == 0x80C0) {
            if ((word & 0x1E) == 0) return false;
            at += 2;
        } else if ((word & 0xC0C0C0F8) == 0x808080F0) {
            uint32_t code = (word & 0x07) << 18 | (word << 4 & 0x3F000) | (word >> 10 & 0xFC0) | (word >> 24 & 0x3F);
            if (code < 0x10000 || code > 0x10FFFF) return false;
            at += 4;
        } else {
            return false;
        }
    }
    return true;
}

/// The end of a text as ``text_end``; null also where it is not UTF-8.
[[gnu::always_inline]] inline const uint8_t *valid_text_end(const uint8_t *at, const uint8_t *limit) {
    uint32_t others = 0;
    const uint8_t *end = text_end(at, limit, others);
    return end && others && !text_is_utf8(at, end) ? nullptr : end;
}

const uint8_t *number_end(const uint8_t *at, const uint8_t *limit) {
    const uint8_t *end = at;
    while (end < limit && (uint8_t(*end - '0') < 10 || *end == '-' || *end == '+' || *end == '.' || (*end | 0x20) == 'e'))
        end++;
    return is_json_number(at, end) ? end : nullptr;
}

const uint8_t *literal_end(const uint8_t *at, const uint8_t *limit) {
    if (limit - at >= 4 && memcmp(at, "true", 4) == 0) return at + 4;
    return limit - at >= 5 && memcmp(at, "false", 5) == 0 ? at + 5 : nullptr;
}

}  // namespace

/// Reads the value of a place at `at` into its column, where it has one; the end of the value, or null. What it wrote is
/// written again when the line turns out to be another one.
[[gnu::always_inline]] inline const uint8_t *millrace_json::read_place(const Place &place, const uint8_t *at,
                                                                       const uint8_t *limit) {
    int32_t which = place.column;
    const uint8_t *end;
    switch (place.reading) {
    case Reading::lineEnd: return at == limit || *at == '\n' ? at : nullptr;
    case Reading::skippedText: return valid_text_end(at, limit);
    case Reading::skippedNumber: {
        // Most are integers of a few digits; whatever follows them but a comma or a brace is no part of a layout.
        size_t count = leading_digits(load8(at));
        if (count - 1 < 7 && (count == 1 || *at != '0') && (at[count] == ',' || at[count] == '}')) return at + count;
        return read_seldom(place, at, limit);
    }
    case Reading::text:
        end = valid_text_end(at, limit);
        if (end) store_text(which, at, end, false);
        return end;
    case Reading::integer: {
        int64_t value;
        end = read_integer(at, value);
        if (end) static_cast<int64_t *>(columns[which].values)[row] = value;
        return end;
    }
    case Reading::smallInteger: {
        int64_t value;
        end = read_integer(at, value);
        if (!end) return nullptr;
        int64_t limit = int64_t(1) << ((8 << (fields[size_t(which)].kind - MILLRACE_INT8)) - 1);
        if (value >= limit || value < -limit) return nullptr;
        static_cast<int64_t *>(columns[which].values)[row] = value;
        return end;
    }
    case Reading::timestamp: {
        size_t count = at[23] == '"' ? 23 : 19;
        if (at[count] == '"' && timestamps.read(at, count, static_cast<int64_t *>(columns[which].values)[row]))
            return at + count;
        return read_timestamp(which, at, limit);
    }
    default: return read_seldom(place, at, limit);
    }
}

/// A timestamp of another day or spelling than the last one.
const uint8_t *millrace_json::read_timestamp(int32_t which, const uint8_t *at, const uint8_t *limit) {
    uint32_t others = 0;
    const uint8_t *end = text_end(at, limit, others);
    auto *values = static_cast<int64_t *>(columns[which].values);
    if (!end || others || !stores(which, at, end, MILLRACE_FORM_TEXT)) return nullptr;
    timestamps.learn(at, size_t(end - at), values[row]);
    return end;
}

/// Stores what the full rules take for a value; false for everything that they do not, NULL among it.
bool millrace_json::stores(int32_t which, const uint8_t *at, const uint8_t *end, millrace_form form) {
    return millrace_store_value(&fields[size_t(which)], columns[which].values, row, at, size_t(end - at), form) == 0;
}

const uint8_t *millrace_json::read_seldom(const Place &place, const uint8_t *at, const uint8_t *limit) {
    int32_t which = place.column;
    const uint8_t *end = nullptr;
    bool good = false;
    switch (place.reading) {
    case Reading::quoted:
        end = valid_text_end(at, limit);
        good = end && stores(which, at, end, MILLRACE_FORM_TEXT);
        break;
    case Reading::skippedNumber:
        end = number_end(at, limit);
        good = end;
        break;
    case Reading::number:
        end = number_end(at, limit);
        good = end && stores(which, at, end, MILLRACE_FORM_NUMBER);
        break;
    case Reading::numberAsText:
        end = number_end(at, limit);
        good = end && store_text(which, at, end, false);
        break;
    case Reading::skippedLiteral:
        end = literal_end(at, limit);
        good = end;
        break;
    case Reading::literal:
        end = literal_end(at, limit);
        good = end && stores(which, at, end, MILLRACE_FORM_LITERAL);
        break;
    case Reading::literalAsText:
        end = literal_end(at, limit);
        good = end && store_text(which, at, end, false);
        break;
    default: break;
    }
    return good ? end : nullptr;
}

/// Reads texts as long as they stand behind the bytes that were met last, which is how most lines go on; returns where it
/// stopped. `parent` becomes the place of the last text. 32 bytes behind `limit` are readable.
[[gnu::always_inline]] inline const uint8_t *millrace_json::read_texts(Place *places, uint32_t &parent,
                                                                       const uint8_t *at, const uint8_t *limit) {
    View *const *const textRows = textColumns.data();
    const size_t row = this->row;
    // The root, which is no text, ends the chain.
    for (uint32_t index = places[parent].child;; index = places[index].child) {
        Place &place = places[index];
        if (place.reading > Reading::text || !LayoutTree::heads_are_equal(place, at)) return at;
        if (place.length > 16 && !layouts.rests_are_equal(place, at, limit)) return at;
        const uint8_t *begin = at + place.length;
        uint32_t others = 0;
        // Where the text does not end in a quote, none of the places behind it will be found there: each begins with one.
        const uint8_t *end = text_stop(begin, limit, others);
        if (!end || (others && !text_is_utf8(begin, end))) return at;
        if (place.reading == Reading::text) textRows[place.column][row] = View(begin, size_t(end - begin));
        parent = index;
        at = place.ends_at(begin, end);
    }
}

/// Reads the line at `position` when its layout is known, and moves to its end.
bool millrace_json::known_line(const uint8_t *&position, const uint8_t *limit) {
    const uint8_t *at = position;
    Place *places = layouts.places.data();
    uint32_t parent = 0;
    while (true) {
        at = read_texts(places, parent, at, limit);
        uint32_t before = 0, index = places[parent].child;
        const uint8_t *end = nullptr;
        while (index != 0) {
            const Place &place = places[index];
            if (layouts.stands_at(place, at, limit)) end = read_place(place, at + place.length, limit);
            if (end) break;
            before = index;
            index = place.sibling;
        }
        if (!end) return false;
        if (before != 0) layouts.put_first(parent, before, index);
        at = end;
        parent = index;
        if (places[index].reading == Reading::lineEnd) break;
    }
    size_t length = size_t(at - position);
    if (length > longestLine) return false;
    end_known_row(layouts.endings[places[parent].ending]);
    position = at;
    return true;
}

void millrace_json::end_known_row(const Ending &ending) {
    for (int32_t which : ending.present)
        static_cast<uint64_t *>(columns[which].values)[row >> 6] |= uint64_t(1) << (row & 63);
    for (int32_t which : ending.absences) {
        Absence &run = absences[size_t(which)];
        if (run.end != row) {
            write_absence(which);
            run.begin = row;
        }
        run.end = row + 1;
    }
    if (!ending.nulls.empty()) {
        generation++;
        for (int32_t which : ending.nulls) {
            repeated = false;
            set_null(which);
        }
    }
    row++;
}

/// Reads lines from `from` on as long as their layouts are known; returns where it stopped.
size_t millrace_json::known_lines(size_t from, size_t to, millrace_decoded &result) {
    const uint8_t *at = block + from, *limit = block + to;
    while (at < limit && row < rowCapacity && layouts.isAwake()) {
        bool isKnown = known_line(at, limit);
        layouts.count(isKnown);
        if (!isKnown) break;
        if (at < limit) at++;
        result.lines++;
        result.consumed = size_t(at - block);
    }
    return size_t(at - block);
}

// ---- learning ----

namespace millrace {

/// Walks the tokens of a line that was accepted, and notes its layout.
class LayoutLearner {
public:
    LayoutLearner(millrace_json &decoder, const uint32_t *first, const uint8_t *line)
        : decoder(decoder), token(first), line(line), cursor(line), isSet(decoder.fields.size(), false) {}

    /// Adds the layout to the tree, where it is one that the tree can hold.
    void learn(const uint8_t *end) {
        if (!object(&decoder.keys)) return;
        note(Reading::lineEnd, -1, end, end);
        for (int32_t field : decoder.outer)
            if (!isSet[size_t(field)]) set_null(field);
        decoder.layouts.add(path, line, std::move(ending));
    }

private:
    const uint8_t *at() const { return decoder.origin + *token; }
    const uint8_t *token_end() const {
        return decoder.token_end(at(), size_t(decoder.origin - decoder.block) + token[1]);
    }

    /// A value between `begin` and `end`; what stands before it since the last one belongs to its place.
    void note(Reading reading, int32_t which, const uint8_t *begin, const uint8_t *end) {
        Place place;
        place.bytes = uint32_t(cursor - line);
        place.length = uint32_t(begin - cursor);
        place.column = which;
        place.reading = reading;
        path.push_back(place);
        cursor = end;
    }

    bool set(int32_t which) {
        if (which < 0) return true;
        if (isSet[size_t(which)]) return false;
        isSet[size_t(which)] = true;
        return true;
    }

    void set_null(int32_t which) {
        (decoder.isPlainStep[size_t(which)] ? ending.absences : ending.nulls).push_back(which);
        set_parts(which);
    }

    void set_parts(int32_t which) {
        isSet[size_t(which)] = true;
        if (decoder.fields[size_t(which)].kind != MILLRACE_STEP) return;
        for (int32_t child : decoder.children[size_t(which)]) set_parts(child);
    }

    bool object(KeyTable *table) {
        token++;
        if (*at() == '}') {
            token++;
            return true;
        }
        while (true) {
            const Key *key = table ? table->find(at(), uint32_t(token_end() - at())) : nullptr;
            if (table && !key) return false;
            token += 2;
            if (!value(key ? key->column : -1)) return false;
            bool isLast = *at() == '}';
            token++;
            if (isLast) return true;
        }
    }

    bool value(int32_t which) {
        if (!set(which)) return false;
        uint8_t kind = which < 0 ? uint8_t(MILLRACE_TEXT) : decoder.fields[size_t(which)].kind;
        if (*at() != 'n' && (kind == MILLRACE_BYTES || (kind >= MILLRACE_ARRAY && kind != MILLRACE_STEP))) return false;
        switch (*at()) {
        case '{':
            if (which < 0) return object(nullptr);
            if (kind != MILLRACE_STEP) return false;
            if (decoder.columns[which].values) ending.present.push_back(which);
            return object(decoder.tables[size_t(which)].get());
        case '[': return false;
        case 'n':
            // A NULL is part of the layout, its bytes of what stands before the next value.
            if (which >= 0) set_null(which);
            break;
        default:
            if (kind == MILLRACE_STEP) return false;
            plain_value(which, kind);
        }
        token++;
        return true;
    }

    void plain_value(int32_t which, uint8_t kind) {
        switch (*at()) {
        case '"':
            note(text_reading(which, kind), which, at() + 1, token_end() - 1);
            break;
        case 't': case 'f':
            note(which < 0 ? Reading::skippedLiteral : kind == MILLRACE_TEXT ? Reading::literalAsText : Reading::literal,
                 which, at(), token_end());
            break;
        default: note(number_reading(which, kind), which, at(), token_end());
        }
    }

    Reading text_reading(int32_t which, uint8_t kind) const {
        if (which < 0) return Reading::skippedText;
        const millrace_field &field = decoder.fields[size_t(which)];
        if (kind == MILLRACE_TEXT) return Reading::text;
        return kind == MILLRACE_TIMESTAMP && !field.iso && field.precision >= 3 ? Reading::timestamp : Reading::quoted;
    }

    Reading number_reading(int32_t which, uint8_t kind) const {
        if (which < 0) return Reading::skippedNumber;
        if (kind == MILLRACE_TEXT) return Reading::numberAsText;
        if (kind == MILLRACE_INT64) return Reading::integer;
        return kind >= MILLRACE_INT8 && kind < MILLRACE_INT64 ? Reading::smallInteger : Reading::number;
    }

    millrace_json &decoder;
    const uint32_t *token;
    const uint8_t *const line;
    /// The end of the last value.
    const uint8_t *cursor;
    std::vector<Place> path;
    std::vector<bool> isSet;
    Ending ending;
};

}  // namespace millrace

/// Remembers the layout of a line that was accepted and has no escapes; `first` is its first token.
void millrace_json::learn_layout(const uint32_t *first, size_t from, size_t end) {
    LayoutLearner(*this, first, block + from).learn(block + end);
}
