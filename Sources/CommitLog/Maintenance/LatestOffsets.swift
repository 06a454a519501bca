import CPlatform

/// The latest offset of each key, by a 128-bit fingerprint of the key, in a bounded table.
///
/// Two keys alike would cost one of them its record; with a billion keys the chance is about 10⁻²⁰.
struct LatestOffsets {
    private struct Fingerprint: Hashable {
        var high: UInt64
        var low: UInt64
    }

    private var offsets: [Fingerprint: Int64] = [:]
    private let limit: Int
    private let seed: UInt64

    init(limit: Int, seed: UInt64) {
        self.limit = limit
        self.seed = seed
    }

    /// Notes a record; false when there is no room for one key more.
    mutating func note(_ key: UnsafeRawBufferPointer, at offset: Int64) -> Bool {
        let fingerprint = fingerprint(key)
        if let known = offsets[fingerprint] {
            offsets[fingerprint] = max(known, offset)
            return true
        }
        guard offsets.count < limit else { return false }
        offsets[fingerprint] = offset
        return true
    }

    /// Whether a later record with this key was noted.
    func isSuperseded(_ key: UnsafeRawBufferPointer, at offset: Int64) -> Bool {
        offsets[fingerprint(key)].map { $0 > offset } ?? false
    }

    private func fingerprint(_ key: UnsafeRawBufferPointer) -> Fingerprint {
        let bytes = key.bindMemory(to: UInt8.self).baseAddress
        return Fingerprint(
            high: millrace_hash_bytes(bytes, key.count, seed),
            low: millrace_hash_bytes(bytes, key.count, ~seed &* 0x9e37_79b9_7f4a_7c15))
    }
}
