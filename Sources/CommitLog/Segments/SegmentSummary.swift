/// A segment as plans and manifests see it.
struct SegmentSummary: Sendable, Equatable {
    /// The first offset it may hold; also in its file's name.
    var baseOffset: Int64
    /// 0 as written by producers; one more with each rewriting.
    var version: UInt32 = 0
    var bytes: Int = 0
    /// The offset behind its last one.
    var nextOffset: Int64
    /// When its first batch was appended.
    var createdMilliseconds: Int64
    /// The latest time of its records; -1 for none.
    var maxTimestamp: Int64 = -1
    /// Bytes of its index file that were written by the checkpoint.
    var indexBytes: Int = 0
    /// Up to where compaction has seen it: set in rewritten segments.
    var isCleaned = false

    /// The name of its file, without the ending.
    var name: String {
        let digits = String(baseOffset)
        let padded = String(repeating: "0", count: max(0, 20 - digits.count)) + digits
        return version == 0 ? padded : "\(padded)-\(version)"
    }

    func write(to writer: inout StateWriter) {
        writer.write(baseOffset)
        writer.write(version)
        writer.write(UInt64(bytes))
        writer.write(nextOffset)
        writer.write(createdMilliseconds)
        writer.write(maxTimestamp)
        writer.write(UInt64(indexBytes))
        writer.write(isCleaned)
    }

    init(baseOffset: Int64, createdMilliseconds: Int64, version: UInt32 = 0) {
        self.baseOffset = baseOffset
        self.version = version
        nextOffset = baseOffset
        self.createdMilliseconds = createdMilliseconds
    }

    static let leastBytes = 53

    init(from reader: inout StateReader) throws(StateError) {
        baseOffset = try reader.read()
        version = try reader.read()
        bytes = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        nextOffset = try reader.read()
        createdMilliseconds = try reader.read()
        maxTimestamp = try reader.read()
        indexBytes = Int(truncatingIfNeeded: try reader.read(UInt64.self))
        isCleaned = try reader.readFlag()
        guard bytes >= 0, indexBytes >= 0, baseOffset >= 0, nextOffset >= baseOffset else {
            throw StateError(what: "a segment that cannot be")
        }
    }
}
