// The yardstick of the decoder: simdjson's own On Demand front end, as its manual shows it.
#include "json_batch.h"

#include <cstring>
#include <string_view>

#include <simdjson.h>

using namespace simdjson;

namespace {

// Adds the raw length of every wanted field of one object, which is the field `parent` or, for -1, the record; in order
// first, so that ordered input is fastest.
uint64_t scan_object(ondemand::object object, const millrace_field *fields, uint32_t count, int32_t parent) {
    uint64_t sum = 0;
    uint32_t expected = 0;
    for (auto field : object) {
        ondemand::raw_json_string key;
        if (field.key().get(key)) return sum;
        for (uint32_t step = 0; step < count; step++) {
            uint32_t index = expected + step < count ? expected + step : expected + step - count;
            if (fields[index].parent != parent) continue;
            std::string_view name(reinterpret_cast<const char *>(fields[index].name), fields[index].name_length);
            if (!key.unsafe_is_equal(name)) continue;
            expected = index + 1 == count ? 0 : index + 1;
            ondemand::value value;
            if (field.value().get(value)) return sum;
            ondemand::object inner;
            if (fields[index].kind == MILLRACE_STEP) {
                if (!value.get_object().get(inner)) sum += scan_object(inner, fields, count, int32_t(index));
            } else {
                std::string_view raw = value.raw_json_token();
                sum += raw.size() + uint8_t(raw[raw.size() / 2]);
            }
            break;
        }
    }
    return sum;
}

}  // namespace

extern "C" size_t millrace_json_scan(const uint8_t *block, size_t from, size_t to, const millrace_field *fields,
                                     uint32_t count, uint64_t *checksum) {
    ondemand::parser parser;
    size_t lines = 0;
    uint64_t sum = 0;
    while (from < to) {
        auto *newline = static_cast<const uint8_t *>(memchr(block + from, '\n', to - from));
        size_t end = newline ? size_t(newline - block) : to;
        ondemand::document document;
        padded_string_view line(reinterpret_cast<const char *>(block + from), end - from, end - from + MILLRACE_PADDING);
        ondemand::object object;
        if (end > from && !parser.iterate(line).get(document) && !document.get_object().get(object)) {
            sum += scan_object(object, fields, count, -1);
            lines++;
        }
        from = end + 1;
    }
    *checksum = sum;
    return lines;
}
