/// The attribute bits of a record batch.
package struct BatchAttributes: Sendable, Equatable {
    static let appendTime: Int16 = 1 << 3

    package var rawValue: Int16

    package init(rawValue: Int16) { self.rawValue = rawValue }

    package init(
        codec: CompressionCodec = .none, isTransactional: Bool = false, isControl: Bool = false,
        hasDeleteHorizon: Bool = false
    ) {
        rawValue =
            codec.rawValue | (isTransactional ? 1 << 4 : 0) | (isControl ? 1 << 5 : 0) | (hasDeleteHorizon ? 1 << 6 : 0)
    }

    /// Nil for a number that names no codec.
    package var codec: CompressionCodec? { CompressionCodec(rawValue: rawValue & 7) }
    /// Times are those of the append, one for the whole batch.
    package var usesAppendTime: Bool { rawValue & Self.appendTime != 0 }
    package var isTransactional: Bool { rawValue & (1 << 4) != 0 }
    /// Holds a transaction's end, not records of an application.
    package var isControl: Bool { rawValue & (1 << 5) != 0 }
    /// The base timestamp is the time from which deletions in it may be forgotten.
    package var hasDeleteHorizon: Bool { rawValue & (1 << 6) != 0 }
}
