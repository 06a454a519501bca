/// A keyed hash (RFC 2104). Making one costs two blocks; each message then only its own.
package struct HMAC<Hash: SecureHash>: Sendable {
    private let inner: Hash
    private let outer: Hash

    package init(key: [UInt8]) {
        var key = key.count > Hash.blockBytes ? Hash.digest(of: key) : key
        key += Array(repeating: 0, count: Hash.blockBytes - key.count)
        var inner = Hash()
        inner.update(key.map { $0 ^ 0x36 })
        var outer = Hash()
        outer.update(key.map { $0 ^ 0x5C })
        (self.inner, self.outer) = (inner, outer)
    }

    package func authenticate(_ message: [UInt8]) -> [UInt8] {
        var inner = inner
        inner.update(message)
        var outer = outer
        outer.update(inner.finish())
        return outer.finish()
    }

    /// The first block of PBKDF2 (RFC 8018) for the key as the password, which SCRAM calls `Hi`. Slow on purpose: each
    /// iteration costs two blocks.
    package func derive(salt: [UInt8], iterations: Int) -> [UInt8] {
        var last = authenticate(salt + [0, 0, 0, 1])
        var result = last
        for _ in 1..<max(iterations, 2) where iterations > 1 {
            last = authenticate(last)
            for place in result.indices { result[place] ^= last[place] }
        }
        return result
    }
}

/// Compares secrets in a time that does not tell where they differ.
package func isSameSecret(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    var difference: UInt8 = 0
    for place in one.indices { difference |= one[place] ^ other[place] }
    return difference == 0
}
