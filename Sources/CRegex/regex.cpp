#include "regex.h"

#include <re2/re2.h>

#include <cstring>
#include <new>
#include <string>

#include "literal_search.h"

struct millrace_regex {
    re2::RE2 expression;
    LiteralSearch search;

    millrace_regex(const re2::StringPiece &pattern, const re2::RE2::Options &options)
        : expression(pattern, options), search(std::string(pattern.data(), pattern.size())) {}
};

namespace {

// Groups that a search can report; more are legal in a pattern but not asked for.
constexpr int most_groups = 64;

void tell(char *error, size_t capacity, const std::string &reason) {
    if (capacity == 0) return;
    const size_t count = reason.size() < capacity - 1 ? reason.size() : capacity - 1;
    std::memcpy(error, reason.data(), count);
    error[count] = 0;
}

re2::StringPiece piece(const uint8_t *bytes, size_t count) {
    return re2::StringPiece(reinterpret_cast<const char *>(bytes), count);
}

}  // namespace

millrace_regex *millrace_regex_compile(const uint8_t *pattern, size_t count, char *error, size_t capacity) {
    try {
        re2::RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(8 << 20);
        auto *regex = new millrace_regex(piece(pattern, count), options);
        if (regex->expression.ok()) return regex;
        tell(error, capacity, regex->expression.error());
        delete regex;
    } catch (const std::exception &) {
        tell(error, capacity, "there is no memory for it");
    }
    return nullptr;
}

void millrace_regex_free(millrace_regex *regex) { delete regex; }

int32_t millrace_regex_groups(const millrace_regex *regex) { return regex->expression.NumberOfCapturingGroups(); }

int32_t millrace_regex_find(
    const millrace_regex *regex, const uint8_t *text, size_t count, size_t from, int64_t *offsets, int32_t groups) {
    if (from > count) return 0;
    if (from == 0 && regex->search.isUsable) {
        const auto outcome = regex->search.find(reinterpret_cast<const char *>(text), count, offsets, groups);
        if (outcome != LiteralSearch::unknown) return outcome == LiteralSearch::present;
    }
    re2::StringPiece parts[most_groups];
    const int wanted = groups < most_groups ? groups : most_groups;
    const re2::StringPiece whole = piece(text, count);
    try {
        if (!regex->expression.Match(whole, from, count, re2::RE2::UNANCHORED, parts, wanted)) return 0;
    } catch (const std::exception &) {
        return 0;
    }
    for (int index = 0; index < groups; index++) {
        const bool took_part = index < wanted && parts[index].data() != nullptr;
        offsets[2 * index] = took_part ? parts[index].data() - whole.data() : -1;
        offsets[2 * index + 1] = took_part ? offsets[2 * index] + static_cast<int64_t>(parts[index].size()) : -1;
    }
    return 1;
}

int32_t millrace_regex_matches(const millrace_regex *regex, const uint8_t *text, size_t count) {
    try {
        return regex->expression.Match(piece(text, count), 0, count, re2::RE2::ANCHOR_BOTH, nullptr, 0) ? 1 : 0;
    } catch (const std::exception &) {
        return 0;
    }
}
