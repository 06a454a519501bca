// Which column the key of a field belongs to, guessed from the field before it.
#ifndef MILLRACE_KEY_TABLE_H
#define MILLRACE_KEY_TABLE_H

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "json_batch.h"
#include "text_heap.h"

namespace millrace {

/// A key as it stands in the input, quotes and escapes included.
struct Key {
    uint64_t head[2] = {0, 0};
    uint64_t mask[2] = {0xFF, 0xFF};
    const uint8_t *raw = nullptr;
    uint32_t length = 0;
    /// The wanted column, or -1.
    int32_t column = -1;
    /// The key that followed this one last time.
    Key *next = nullptr;

    /// True when this key stands at `at`, of which at least 16 bytes are readable, and ends before `end`.
    bool is_at(const uint8_t *at, const uint8_t *end) const {
        uint64_t first, second;
        memcpy(&first, at, 8);
        memcpy(&second, at + 8, 8);
        if (((first ^ head[0]) & mask[0]) | ((second ^ head[1]) & mask[1])) return false;
        return length <= 16 || (end - at >= ptrdiff_t(length) && memcmp(at + 16, raw + 16, length - 16) == 0);
    }
};

/// The keys seen so far, each resolved once. Bounded: keys beyond the bound are resolved each time.
class KeyTable {
public:
    static constexpr uint32_t byteLimit = 128 * 1024;

    /// For the members of the object that the field `parent` is; `limit` is a power of two.
    KeyTable(const millrace_field *fields, uint32_t count, int32_t parent, uint32_t limit)
        : keyLimit(limit), slotMask(4 * limit - 1), keys(std::make_unique<Key[]>(limit)),
          slots(std::make_unique<Key *[]>(4 * limit)) {
        for (uint32_t i = 0; i < count; i++)
            if (fields[i].parent == parent)
                wanted.emplace(std::string(reinterpret_cast<const char *>(fields[i].name), fields[i].name_length), int32_t(i));
        nowhere.next = &nowhere;
        start.next = &nowhere;
        overflow.next = &nowhere;
    }

    /// What begins every record.
    Key start;

    /// The key of `length` bytes at `at`, quotes included; null when it has a wrong escape.
    Key *find(const uint8_t *at, uint32_t length) {
        uint32_t slot = hash(at, length) & slotMask;
        while (Key *key = slots[slot]) {
            if (key->length == length && memcmp(key->raw, at, length) == 0) return key;
            slot = (slot + 1) & slotMask;
        }
        int32_t column;
        if (!resolve(at, length, column)) return nullptr;
        if (count == keyLimit || bytes + length > byteLimit) {
            overflow.column = column;
            overflow.next = &nowhere;
            return &overflow;
        }
        Key *key = &keys[count++];
        slots[slot] = key;
        fill(*key, at, length, column);
        return key;
    }

private:
    const uint32_t keyLimit;
    const uint32_t slotMask;

    static uint32_t hash(const uint8_t *at, uint32_t length) {
        uint64_t state = length * 0x9E3779B97F4A7C15ull;
        for (uint32_t i = 0; i < length; i++) state = (state ^ at[i]) * 0x100000001B3ull;
        return uint32_t(state ^ state >> 29);
    }

    bool resolve(const uint8_t *at, uint32_t length, int32_t &column) {
        scratch.resize(length);
        auto *out = reinterpret_cast<uint8_t *>(&scratch[0]);
        uint8_t *end = unescape(at + 1, at + length - 1, out);
        if (!end) return false;
        scratch.resize(size_t(end - out));
        auto found = wanted.find(scratch);
        column = found == wanted.end() ? -1 : found->second;
        return true;
    }

    void fill(Key &key, const uint8_t *at, uint32_t length, int32_t column) {
        storage.push_back(std::make_unique<uint8_t[]>(length + 16));
        uint8_t *copy = storage.back().get();
        memcpy(copy, at, length);
        memset(copy + length, 0, 16);
        bytes += length;
        uint8_t ones[16] = {0};
        memset(ones, 0xFF, length < 16 ? length : 16);
        memcpy(key.mask, ones, 16);
        memcpy(key.head, copy, 16);
        key.raw = copy;
        key.length = length;
        key.column = column;
        key.next = &nowhere;
    }

    // Stands for "no guess": no quote is zero, so it matches nowhere.
    Key nowhere;
    Key overflow;
    std::unique_ptr<Key[]> keys;
    std::unique_ptr<Key *[]> slots;
    std::vector<std::unique_ptr<uint8_t[]>> storage;
    std::unordered_map<std::string, int32_t> wanted;
    std::string scratch;
    uint32_t count = 0;
    uint32_t bytes = 0;
};

}  // namespace millrace

#endif
