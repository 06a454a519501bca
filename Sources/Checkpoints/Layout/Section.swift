import ConnectorContract

/// A run of bytes of one state inside a blob.
struct Section: Equatable, Hashable, Sendable {
    var blob: UInt64
    var offset: UInt64
    var length: UInt64
    var checksum: UInt32
    /// How often its bytes have been merged; 0 as the job handed them over. Above 0 each key occurs once.
    var level: UInt8
    /// Nothing older counts: no removals need to be remembered in it.
    var isComplete: Bool
}

/// The sections that make up one state, oldest first.
struct StateChain: Equatable, Sendable {
    var fold: StateChange.Fold
    var sections: [Section]

    var bytes: UInt64 { sections.reduce(0) { $0 &+ $1.length } }

    /// Puts one section where the inputs stood; false when they no longer stand there one after another.
    mutating func replace(_ inputs: [Section], with output: Section) -> Bool {
        guard let first = inputs.first, let start = sections.firstIndex(of: first),
            inputs.count <= sections.count - start,
            sections[start..<(start + inputs.count)].elementsEqual(inputs)
        else { return false }
        sections.replaceSubrange(start..<(start + inputs.count), with: [output])
        return true
    }
}

/// What a manifest knows of a blob, enough to tell it from any other file.
struct BlobSummary: Equatable, Sendable {
    var number: UInt64
    var length: UInt64
    /// Over the header and the table, which hold the checksums of all sections.
    var checksum: UInt32
}
