// Patterns that are hardly more than a text to look for, such as `(&|^)channel_id=([^&]*)`: found without an automaton.
#ifndef MILLRACE_LITERAL_SEARCH_H
#define MILLRACE_LITERAL_SEARCH_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

/// A pattern of these parts, each but the literal optional: a group of one byte or the beginning of the text (`(&|^)`,
/// also with one of both alone), a literal of ASCII, and a group of what is not a certain byte (`([^&]*)`).
class LiteralSearch {
public:
    explicit LiteralSearch(const std::string &pattern) {
        size_t at = 0;
        isUsable = lead(pattern, at) && words(pattern, at) && tail(pattern, at) && at == pattern.size();
    }

    /// True when the pattern is such a one.
    bool isUsable = false;

    enum Outcome { absent, present, unknown };

    /// The first match; begin and end of it and of its groups go to `places`. Unknown where it needs the full rules.
    Outcome find(const char *text, size_t count, int64_t *places, int32_t groups) const {
        if (count == 0) return unknown;
        size_t from = 0;
        if (hasBeginning && !byteIsFirst) {
            Outcome first = match(text, count, 0, 0, places, groups);
            if (first != absent) return first;
        }
        while (from < count && (hasByte || !hasBeginning)) {
            const char wanted = hasByte ? byte : literal[0];
            auto *found = static_cast<const char *>(std::memchr(text + from, wanted, count - from));
            if (from == 0 && hasBeginning && byteIsFirst && found != text) {
                Outcome first = match(text, count, 0, 0, places, groups);
                if (first != absent) return first;
            }
            if (!found) return absent;
            size_t start = size_t(found - text);
            Outcome outcome = match(text, count, start, start + hasByte, places, groups);
            if (outcome != absent) return outcome;
            if (start == 0 && hasBeginning && byteIsFirst) {
                Outcome first = match(text, count, 0, 0, places, groups);
                if (first != absent) return first;
            }
            from = start + 1;
        }
        return absent;
    }

private:
    /// The match that begins at `start` and whose literal would stand at `body`.
    Outcome match(const char *text, size_t count, size_t start, size_t body, int64_t *places, int32_t groups) const {
        if (count - body < literal.size() || std::memcmp(text + body, literal.data(), literal.size()) != 0) return absent;
        size_t rest = body + literal.size(), end = rest;
        if (hasTail) {
            auto *stop = static_cast<const char *>(std::memchr(text + rest, stopByte, count - rest));
            end = stop ? size_t(stop - text) : count;
            // Characters of several bytes count only where they are well formed.
            for (size_t i = rest; i < end; i++)
                if (uint8_t(text[i]) >= 0x80) return unknown;
            if (tailIsNeeded && end == rest) return absent;
        }
        for (int32_t group = 0; group < groups; group++) {
            bool isLead = group != 0 && group == leadGroup, isTail = group != 0 && group == tailGroup;
            if (group != 0 && !isLead && !isTail) return unknown;
            places[2 * group] = int64_t(isTail ? rest : start);
            places[2 * group + 1] = int64_t(isLead ? body : end);
        }
        return present;
    }

    bool lead(const std::string &pattern, size_t &at) {
        if (pattern.empty() || pattern[0] != '(') return true;
        at = 1;
        if (pattern.compare(at, 2, "?:") == 0) at += 2;
        else leadGroup = ++groupCount;
        while (true) {
            if (at + 1 >= pattern.size()) return false;
            if (pattern[at] == '^' && !hasBeginning) {
                byteIsFirst = hasByte;
                hasBeginning = true;
            } else if (is_plain(pattern[at]) && !hasByte) {
                hasByte = true;
                byte = pattern[at];
            } else {
                return false;
            }
            char next = pattern[at + 1];
            at += 2;
            if (next == ')') return true;
            if (next != '|') return false;
        }
    }

    bool words(const std::string &pattern, size_t &at) {
        while (at < pattern.size() && is_plain(pattern[at])) literal += pattern[at++];
        // What follows a character may tell how often it stands there.
        return !literal.empty() && (at == pattern.size() || pattern[at] == '(');
    }

    bool tail(const std::string &pattern, size_t &at) {
        if (at == pattern.size()) return true;
        if (pattern.size() - at != 7 || pattern.compare(at, 3, "([^") != 0 || !is_plain(pattern[at + 3])) return false;
        char times = pattern[at + 5];
        if (pattern[at + 4] != ']' || (times != '*' && times != '+') || pattern[at + 6] != ')') return false;
        hasTail = true;
        tailGroup = ++groupCount;
        stopByte = pattern[at + 3];
        tailIsNeeded = times == '+';
        at += 7;
        return true;
    }

    static bool is_plain(char c) {
        bool isWord = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        return isWord || (c != 0 && std::strchr("_=:;/,%@!~#\"'<>& ", c) != nullptr);
    }

    std::string literal;
    bool hasBeginning = false;
    bool hasByte = false;
    /// `(&|^)` and not `(^|&)`: which one a match at the beginning takes.
    bool byteIsFirst = false;
    char byte = 0;
    bool hasTail = false;
    bool tailIsNeeded = false;
    char stopByte = 0;
    int groupCount = 0;
    int leadGroup = 0;
    int tailGroup = 0;
};

#endif
