#include "text_heap.h"

#include <cstring>

#include "json_batch.h"

namespace millrace {

namespace {

int hex_digit(uint8_t c) {
    if (uint8_t(c - '0') < 10) return c - '0';
    c |= 0x20;
    return uint8_t(c - 'a') < 6 ? c - 'a' + 10 : -1;
}

// The 16 bits of `\uXXXX` at `at`, which points at the backslash; -1 when it is something else.
int unicode_escape(const uint8_t *at, const uint8_t *end) {
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
    int value = 0;
    for (int i = 2; i < 6; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

uint8_t *put_code_point(uint32_t point, uint8_t *out) {
    if (point < 0x80) {
        *out++ = uint8_t(point);
    } else if (point < 0x800) {
        *out++ = uint8_t(0xC0 | point >> 6);
        *out++ = uint8_t(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        *out++ = uint8_t(0xE0 | point >> 12);
        *out++ = uint8_t(0x80 | (point >> 6 & 0x3F));
        *out++ = uint8_t(0x80 | (point & 0x3F));
    } else {
        *out++ = uint8_t(0xF0 | point >> 18);
        *out++ = uint8_t(0x80 | (point >> 12 & 0x3F));
        *out++ = uint8_t(0x80 | (point >> 6 & 0x3F));
        *out++ = uint8_t(0x80 | (point & 0x3F));
    }
    return out;
}

uint8_t simple_escape(uint8_t c) {
    switch (c) {
    case '"': case '\\': case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
    }
}

// Resolves the escape at `at`; moves `at` behind it. 0xFFFFFFFF when it is wrong.
uint32_t take_escape(const uint8_t *&at, const uint8_t *end) {
    if (end - at < 2) return UINT32_MAX;
    if (at[1] != 'u') {
        uint8_t c = simple_escape(at[1]);
        at += 2;
        return c ? c : UINT32_MAX;
    }
    int high = unicode_escape(at, end);
    if (high < 0) return UINT32_MAX;
    at += 6;
    if (high < 0xD800 || high > 0xDFFF) return uint32_t(high);
    int low = high < 0xDC00 ? unicode_escape(at, end) : -1;
    // Half a pair has no UTF-8; Java writes a question mark for it.
    if (low < 0xDC00 || low > 0xDFFF) return '?';
    at += 6;
    return 0x10000 + (uint32_t(high - 0xD800) << 10) + uint32_t(low - 0xDC00);
}

}  // namespace

uint8_t *unescape(const uint8_t *at, const uint8_t *end, uint8_t *out) {
    while (at < end) {
        auto *slash = static_cast<const uint8_t *>(memchr(at, '\\', size_t(end - at)));
        size_t plain = size_t((slash ? slash : end) - at);
        memcpy(out, at, plain);
        out += plain;
        at += plain;
        if (!slash) break;
        uint32_t point = take_escape(at, end);
        if (point == UINT32_MAX) return nullptr;
        out = put_code_point(point, out);
    }
    return out;
}

bool escapes_are_valid(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        auto *slash = static_cast<const uint8_t *>(memchr(at, '\\', size_t(end - at)));
        if (!slash) return true;
        at = slash;
        if (take_escape(at, end) == UINT32_MAX) return false;
    }
    return true;
}

uint8_t *compact(const uint8_t *at, const uint8_t *end, uint8_t *out) {
    bool inside = false;
    while (at < end) {
        uint8_t c = *at;
        if (!inside) {
            if (c == '"') inside = true;
            if (c != ' ' && c != '\t' && c != '\r' && c != '\n') *out++ = c;
            at++;
        } else if (c == '\\') {
            const uint8_t *start = at;
            uint32_t point = take_escape(at, end);
            if (point >= 0x20 && point != '"' && point != '\\' && point != UINT32_MAX) {
                out = put_code_point(point, out);
            } else {
                if (point == UINT32_MAX) at = start + 1;
                memcpy(out, start, size_t(at - start));
                out += at - start;
            }
        } else {
            if (c == '"') inside = false;
            *out++ = c;
            at++;
        }
    }
    return out;
}

bool is_json_number(const uint8_t *at, const uint8_t *end) {
    auto is_digit = [&] { return at < end && uint8_t(*at - '0') < 10; };
    if (at < end && *at == '-') at++;
    if (!is_digit()) return false;
    if (*at == '0') at++;
    else while (is_digit()) at++;
    if (at < end && *at == '.') {
        at++;
        if (!is_digit()) return false;
        while (is_digit()) at++;
    }
    if (at < end && (*at | 0x20) == 'e') {
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        if (!is_digit()) return false;
        while (is_digit()) at++;
    }
    return at == end;
}

}  // namespace millrace

extern "C" void millrace_heap_free(void *heap) { millrace::TextHeap::free_chain(heap); }
