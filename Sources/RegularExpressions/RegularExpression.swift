import CRegex

/// A compiled regular expression. Searching takes time that grows with the text, whatever the pattern.
package final class RegularExpression: @unchecked Sendable {
    // Written once; the matcher behind it may be used by any number of threads.
    private let handle: OpaquePointer
    /// Groups in brackets.
    package let groupCount: Int

    /// nil when the pattern is not well formed, too large, or needs what the matcher can't do.
    package convenience init?(java pattern: [UInt8]) {
        guard let translated = try? JavaPattern(pattern) else { return nil }
        self.init(translated.bytes)
    }

    /// A pattern in the matcher's own dialect.
    package init?(_ pattern: [UInt8]) {
        var reason: CChar = 0
        let made = pattern.withUnsafeBufferPointer { buffer in
            let none: UInt8 = 0
            return withUnsafePointer(to: none) { empty in
                millrace_regex_compile(buffer.baseAddress ?? empty, buffer.count, &reason, 1)
            }
        }
        guard let made else { return nil }
        handle = made
        groupCount = Int(millrace_regex_groups(made))
    }

    deinit { millrace_regex_free(handle) }

    /// True when something in the text matches.
    package func isFound(in text: UnsafePointer<UInt8>, count: Int) -> Bool {
        millrace_regex_find(handle, text, count, 0, nil, 0) == 1
    }

    /// True when the whole text matches.
    package func matches(_ text: UnsafePointer<UInt8>, count: Int) -> Bool {
        millrace_regex_matches(handle, text, count) == 1
    }

    /// Looks for the first match from a byte on; writes begin and end of it and of the groups behind it to `places`,
    /// -1 for a group that took no part. `places` has room for `groups` pairs.
    package func find(
        in text: UnsafePointer<UInt8>, count: Int, from: Int, places: UnsafeMutablePointer<Int64>, groups: Int
    ) -> Bool {
        millrace_regex_find(handle, text, count, from, places, Int32(clamping: groups)) == 1
    }
}
