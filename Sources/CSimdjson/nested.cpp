// Objects and arrays inside of a record: steps into objects whose members are columns, and nested values as a whole.
#include "decoder.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace millrace;

namespace {

// Nested values longer than this are not made.
constexpr size_t longestValue = 16 << 20;

bool has_bytes(uint8_t kind) { return kind == MILLRACE_TEXT || kind == MILLRACE_BYTES || kind >= MILLRACE_ARRAY; }

size_t slot_width(uint8_t kind) {
    switch (kind) {
    case MILLRACE_BOOLEAN: return 1;
    case MILLRACE_DECIMAL:
    case MILLRACE_WIDE_TIMESTAMP:
    case MILLRACE_WIDE_TIMESTAMP_LTZ: return 16;
    default: return 8;
    }
}

const uint8_t *bytes_of(const Item &item) { return reinterpret_cast<const uint8_t *>(item.low); }

void put(uint8_t *at, size_t value) {
    uint32_t word = uint32_t(value);
    memcpy(at, &word, 4);
}

/// Writes the slot of an item into zeroed memory, its bytes to `end`; returns the end behind them.
uint8_t *write_item(const Item &item, uint8_t kind, uint8_t *start, uint8_t *slot, uint8_t *end) {
    if (item.null) return end;
    if (!has_bytes(kind)) {
        size_t width = slot_width(kind);
        memcpy(slot, &item.low, width > 8 ? 8 : width);
        if (width == 16) memcpy(slot + 8, &item.high, 8);
        return end;
    }
    put(slot, size_t(end - start));
    put(slot + 4, item.high);
    memcpy(end, bytes_of(item), item.high);
    return end + item.high;
}

/// Bytes of an array of the items `get(0)` to `get(count - 1)`.
template <class Get>
size_t array_size(size_t count, uint8_t kind, Get get) {
    size_t size = 4 + (count + 7) / 8 + count * slot_width(kind);
    if (has_bytes(kind))
        for (size_t i = 0; i < count; i++) size += get(i).null ? 0 : get(i).high;
    return size;
}

template <class Get>
uint8_t *write_array(uint8_t *start, size_t count, uint8_t kind, Get get) {
    size_t bitmap = (count + 7) / 8, width = slot_width(kind);
    uint8_t *slots = start + 4 + bitmap, *end = slots + count * width;
    memset(start, 0, size_t(end - start));
    put(start, count);
    for (size_t i = 0; i < count; i++) {
        const Item &item = get(i);
        if (item.null) start[4 + i / 8] |= uint8_t(1 << (i & 7));
        end = write_item(item, kind, start, slots + i * width, end);
    }
    return end;
}

/// The order of keys: NULL does not occur, all are texts.
bool key_before(const Item &a, const Item &b) {
    int order = memcmp(bytes_of(a), bytes_of(b), std::min(a.high, b.high));
    return order != 0 ? order < 0 : a.high < b.high;
}

}  // namespace

/// The object or array at `token` for a field that looks into it.
bool millrace_json::enter(int32_t which) {
    const uint8_t *at = origin + *token;
    bool isObject = *at == '{';
    uint8_t kind = fields[size_t(which)].kind;
    if (isObject == (kind != MILLRACE_ARRAY)) return kind == MILLRACE_STEP ? step(which) : store_nested(which);
    if (!skip_nested()) return false;
    begin_value(which);
    return bad_value(which, at, origin + token[-1] + 1);
}

/// The object at `token`, whose members are columns.
bool millrace_json::step(int32_t which) {
    bool again = stamps[size_t(which)] == generation;
    begin_value(which);
    if (again) set_null(which);
    if (auto *bits = static_cast<uint64_t *>(columns[which].values)) bits[row >> 6] |= uint64_t(1) << (row & 63);
    return members(*tables[size_t(which)]);
}

/// The nested value at `token`, which goes into a column.
bool millrace_json::store_nested(int32_t which) {
    begin_value(which);
    root = which;
    depth = 0;
    items.clear();
    Item made;
    bool good = nested(which, made);
    if (good && made.null) {
        set_null(which);
    } else if (good) {
        static_cast<View *>(columns[which].values)[row] = View(bytes_of(made), made.high);
        columns[which].points_to |= 2;
    }
    scratch.reset();
    return good;
}

/// Room for the bytes of a value: the whole stays with the batch, its parts until it is made.
uint8_t *millrace_json::place(size_t count, Item &out) {
    TextHeap &target = depth == 0 ? heap : scratch;
    uint8_t *bytes = target.reserve(count);
    target.keep(count);
    out.low = reinterpret_cast<uint64_t>(bytes);
    out.high = count;
    out.null = false;
    return bytes;
}

bool millrace_json::nested_bad(const uint8_t *at, const uint8_t *end, Item &out) {
    out = Item();
    if (ignores) return true;
    valueOffset = size_t(at - block);
    valueLength = size_t(end - at);
    return fail(MILLRACE_BAD_VALUE, nullptr, root);
}

/// The value at `token` as the type `which`; moves behind it.
bool millrace_json::nested(int32_t which, Item &out) {
    if (size_t(origin - block) + *token >= lineEnd) return malformed("the line ends inside a value");
    const uint8_t *at = origin + *token;
    uint8_t kind = fields[size_t(which)].kind;
    if (kind < MILLRACE_ARRAY) return nested_scalar(which, out);
    if (*at == '[' && kind == MILLRACE_ARRAY) return nested_array(which, out);
    if (*at == '{' && kind == MILLRACE_ROW) return nested_row(which, out);
    if (*at == '{' && kind != MILLRACE_ARRAY) return nested_map(which, out);
    if (*at == '{' || *at == '[') {
        if (!skip_nested()) return false;
        return nested_bad(at, origin + token[-1] + 1, out);
    }
    const uint8_t *end = token_end(at, size_t(origin - block) + token[1]);
    if (!skip_token()) return false;
    out = Item();
    return (end - at == 4 && memcmp(at, "null", 4) == 0) || nested_bad(at, end, out);
}

/// A text between `at` and `end`, escapes resolved, as a value of a scalar type.
bool millrace_json::nested_text(int32_t which, const uint8_t *at, const uint8_t *end, Item &out) {
    const millrace_field &field = fields[size_t(which)];
    size_t count = size_t(end - at);
    if (field.kind == MILLRACE_TEXT) {
        out.low = reinterpret_cast<uint64_t>(at);
        out.high = count;
        out.null = false;
        return true;
    }
    if (field.kind == MILLRACE_BYTES) {
        uint8_t *copy = scratch.reserve(count + 4);
        ptrdiff_t decoded = millrace_base64(at, count, copy);
        if (decoded < 0) return nested_bad(at, end, out);
        scratch.keep(size_t(decoded));
        out.low = reinterpret_cast<uint64_t>(copy);
        out.high = size_t(decoded);
        out.null = false;
        return true;
    }
    return false;
}

/// The string, number, literal or NULL at `token` as a value of a scalar type; texts take everything.
bool millrace_json::nested_scalar(int32_t which, Item &out) {
    const millrace_field &field = fields[size_t(which)];
    const uint8_t *at = origin + *token, *end;
    millrace_form form = MILLRACE_FORM_TEXT;
    if (*at == '{' || *at == '[') {
        if (!skip_nested()) return false;
        end = origin + token[-1] + 1;
        if (field.kind != MILLRACE_TEXT) return nested_bad(at, end, out);
        uint8_t *copy = scratch.reserve(size_t(end - at));
        uint8_t *copied = compact(at, end, copy);
        scratch.keep(size_t(copied - copy));
        return nested_text(which, copy, copied, out);
    }
    end = token_end(at, size_t(origin - block) + token[1]);
    if (!skip_token()) return false;
    if (*at == '"') {
        at++;
        end--;
        if (hasEscapes && memchr(at, '\\', size_t(end - at))) {
            uint8_t *copy = scratch.reserve(size_t(end - at));
            uint8_t *copied = unescape(at, end, copy);
            if (!copied) return malformed("a wrong escape in a string");
            scratch.keep(size_t(copied - copy));
            at = copy;
            end = copied;
        }
        if (field.kind <= MILLRACE_BYTES) return nested_text(which, at, end, out);
    } else {
        bool literal = *at == 't' || *at == 'f';
        if (*at == 'n') {
            out = Item();
            return true;
        }
        if (field.kind == MILLRACE_TEXT) return nested_text(which, at, end, out);
        if (field.kind == MILLRACE_BYTES) return nested_bad(at, end, out);
        form = literal ? MILLRACE_FORM_LITERAL : MILLRACE_FORM_NUMBER;
    }
    alignas(16) uint64_t value[2] = {0, 0};
    int outcome = millrace_store_value(&field, value, 0, at, size_t(end - at), form);
    if (outcome == 2) return nested_bad(at, end, out);
    double real;
    memcpy(&real, value, 8);
    if ((field.kind == MILLRACE_FLOAT32 || field.kind == MILLRACE_FLOAT64) && std::isnan(real)) {
        real = std::numeric_limits<double>::quiet_NaN();
        memcpy(value, &real, 8);
    }
    out.low = value[0];
    out.high = value[1];
    out.null = outcome == 1;
    return true;
}

/// The array at `token`.
bool millrace_json::nested_array(int32_t which, Item &out) {
    int32_t element = children[size_t(which)][0];
    const uint8_t *at = origin + *token;
    size_t base = items.size();
    depth++;
    token++;
    bool more = origin[*token] != ']';
    if (!more) token++;
    while (more) {
        Item item;
        if (!nested(element, item)) return false;
        items.push_back(item);
        if (size_t(origin - block) + *token >= lineEnd) return malformed("the line ends inside an array");
        uint8_t next = origin[*token++];
        more = next == ',';
        if (!more && next != ']') return malformed("a comma or a closing bracket was expected");
    }
    depth--;
    uint8_t kind = fields[size_t(element)].kind;
    auto get = [&](size_t i) -> const Item & { return items[base + i]; };
    size_t count = items.size() - base, size = array_size(count, kind, get);
    if (size <= longestValue) write_array(place(size, out), count, kind, get);
    items.resize(base);
    return size <= longestValue || nested_bad(at, origin + token[-1] + 1, out);
}

/// The object at `token` as entries of a map or multiset.
bool millrace_json::nested_map(int32_t which, Item &out) {
    int32_t keyType = children[size_t(which)][0], valueType = children[size_t(which)][1];
    const uint8_t *at = origin + *token;
    size_t base = items.size();
    depth++;
    token++;
    bool more = origin[*token] != '}';
    if (!more) token++;
    while (more) {
        if (size_t(origin - block) + *token >= lineEnd) return malformed("the line ends inside an object");
        if (origin[*token] != '"' || origin[token[1]] != ':') return malformed("a key and a colon were expected");
        Item key, value;
        if (!nested_scalar(keyType, key)) return false;
        token++;
        if (!nested(valueType, value)) return false;
        items.push_back(key);
        items.push_back(value);
        if (size_t(origin - block) + *token >= lineEnd) return malformed("the line ends inside an object");
        uint8_t next = origin[*token++];
        more = next == ',';
        if (!more && next != '}') return malformed("a comma or a closing brace was expected");
    }
    depth--;
    std::vector<uint32_t> order;
    for (uint32_t i = 0; i < (items.size() - base) / 2; i++) order.push_back(i);
    const Item *entries = items.data() + base;
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
        if (key_before(entries[2 * a], entries[2 * b])) return true;
        return !key_before(entries[2 * b], entries[2 * a]) && a < b;
    });
    // Of entries with the same key the last one counts.
    size_t count = 0;
    for (uint32_t entry : order) {
        if (count > 0 && !key_before(entries[2 * order[count - 1]], entries[2 * entry])) count--;
        order[count++] = entry;
    }
    uint8_t keyKind = fields[size_t(keyType)].kind, valueKind = fields[size_t(valueType)].kind;
    auto key = [&](size_t i) -> const Item & { return entries[2 * order[i]]; };
    auto value = [&](size_t i) -> const Item & { return entries[2 * order[i] + 1]; };
    size_t keySize = array_size(count, keyKind, key), size = 4 + keySize + array_size(count, valueKind, value);
    if (size <= longestValue) {
        uint8_t *start = place(size, out);
        put(start, keySize);
        write_array(write_array(start + 4, count, keyKind, key), count, valueKind, value);
    }
    items.resize(base);
    return size <= longestValue || nested_bad(at, origin + token[-1] + 1, out);
}

/// The object at `token` as a row.
bool millrace_json::nested_row(int32_t which, Item &out) {
    const auto &parts = children[size_t(which)];
    const uint8_t *at = origin + *token;
    size_t base = items.size();
    items.resize(base + parts.size());
    std::vector<bool> seen(demands ? parts.size() : 0, false);
    depth++;
    token++;
    bool more = origin[*token] != '}';
    if (!more) token++;
    Key *before = &tables[size_t(which)]->start;
    while (more) {
        const uint8_t *key = origin + *token, *end = block + lineEnd;
        if (key >= end) return malformed("the line ends inside an object");
        const uint8_t *close = token_end(key, size_t(origin - block) + token[1]);
        if (*key != '"' || origin[token[1]] != ':' || close - key < 2 || close > end)
            return malformed("a key and a colon were expected");
        Key *found = before->next;
        if (!found->is_at(key, end)) {
            found = tables[size_t(which)]->find(key, uint32_t(close - key));
            if (!found) return malformed("a wrong escape in a key");
            before->next = found;
        }
        before = found;
        token += 2;
        Item item;
        if (found->column < 0) {
            if (size_t(origin - block) + *token >= lineEnd) return malformed("the line ends inside an object");
            bool isNested = origin[*token] == '{' || origin[*token] == '[';
            if (!(isNested ? skip_nested() : skip_token())) return false;
        } else {
            if (!nested(found->column, item)) return false;
            size_t position = positions[size_t(found->column)];
            items[base + position] = item;
            if (demands) seen[position] = true;
        }
        if (size_t(origin - block) + *token >= lineEnd) return malformed("the line ends inside an object");
        uint8_t next = origin[*token++];
        more = next == ',';
        if (!more && next != '}') return malformed("a comma or a closing brace was expected");
    }
    depth--;
    for (size_t i = 0; i < seen.size(); i++)
        if (!seen[i] && !ignores) return fail(MILLRACE_MISSING_FIELD, nullptr, parts[i]);
    return make_row(which, base, at, out);
}

/// The row whose fields are the items from `base` on; takes them off.
bool millrace_json::make_row(int32_t which, size_t base, const uint8_t *at, Item &out) {
    const auto &parts = children[size_t(which)];
    size_t fixed = (parts.size() + 7) / 8, size = 0;
    for (size_t i = 0; i < parts.size(); i++) {
        uint8_t kind = fields[size_t(parts[i])].kind;
        fixed += slot_width(kind);
        if (has_bytes(kind) && !items[base + i].null) size += items[base + i].high;
    }
    size += fixed;
    if (size <= longestValue) {
        uint8_t *start = place(size, out), *slot = start + (parts.size() + 7) / 8, *end = start + fixed;
        memset(start, 0, fixed);
        for (size_t i = 0; i < parts.size(); i++) {
            uint8_t kind = fields[size_t(parts[i])].kind;
            if (items[base + i].null) start[i / 8] |= uint8_t(1 << (i & 7));
            end = write_item(items[base + i], kind, start, slot, end);
            slot += slot_width(kind);
        }
    }
    items.resize(base);
    return size <= longestValue || nested_bad(at, origin + token[-1] + 1, out);
}
