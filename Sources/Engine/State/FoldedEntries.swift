import Columnar
import ConnectorContract

/// The last value under each key of a keyed state, while it is being restored.
///
/// What an epoch added may have been removed by a later one: state whose entries depend on each other is built when
/// all changes have been read.
struct FoldedEntries {
    private(set) var values: [[UInt8]: [UInt8]] = [:]

    init(_ changes: [StateChange], named name: String) throws {
        for change in changes where change.fold == .keyed && change.name == name {
            try change.bytes.withUnsafeBytes { bytes in
                try KeyedEntries.forEach(in: bytes) { key, value in
                    values[Array(key)] = value.map { Array($0) }
                }
            }
        }
    }

    /// Calls `body` with each entry whose leading key columns this instance owns, and what follows them in the key.
    func forEachOwned(
        _ keyTypes: [DataType], _ ownership: Ownership,
        _ body: (_ key: RowDecoder, _ rest: inout ByteReader, _ value: inout ByteReader) throws -> Void
    ) throws {
        // In one order, so that a run can be repeated.
        for (key, value) in values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            try key.withUnsafeBytes { keyBytes in
                try value.withUnsafeBytes { valueBytes in
                    var decoder = RowDecoder(types: keyTypes, capacity: 1)
                    var reader = ByteReader(keyBytes)
                    try decoder.read(&reader, columns: 0..<keyTypes.count)
                    decoder.endRow()
                    var hash: UInt64 = 0
                    hashColumns(decoder.batch(), Array(keyTypes.indices), seed: ownership.seed, into: &hash)
                    guard keyTypes.isEmpty || ownership.owns(hash) else { return }
                    var valueReader = ByteReader(valueBytes)
                    try body(decoder, &reader, &valueReader)
                }
            }
        }
    }
}
