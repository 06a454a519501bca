/// The leader epochs of a partition and where each began. On one machine a new one begins only where stored records
/// were lost: it tells consumers that offsets behind it may have changed.
struct LeaderEpochs: Sendable, Equatable {
    struct Start: Sendable, Equatable {
        var epoch: Int32
        var offset: Int64
    }

    private(set) var starts: [Start] = [Start(epoch: 0, offset: 0)]

    init() {}

    var current: Int32 { starts.last?.epoch ?? 0 }

    /// Begins the next epoch; epochs never go back and never end.
    mutating func advance(at offset: Int64) {
        starts.append(Start(epoch: current &+ 1, offset: offset))
    }

    /// The epoch that wrote an offset.
    func epoch(at offset: Int64) -> Int32 { starts.last { $0.offset <= offset }?.epoch ?? starts[0].epoch }

    /// The largest epoch up to `epoch` and the offset behind its last record; nil for an epoch still to come.
    func end(of epoch: Int32, logEnd: Int64) -> (epoch: Int32, endOffset: Int64)? {
        guard epoch <= current, let index = starts.lastIndex(where: { $0.epoch <= epoch }) else { return nil }
        return (starts[index].epoch, index + 1 < starts.count ? starts[index + 1].offset : logEnd)
    }

    func write(to writer: inout StateWriter) {
        writer.write(starts) { writer, start in
            writer.write(start.epoch)
            writer.write(start.offset)
        }
    }

    init(from reader: inout StateReader) throws(StateError) {
        starts = try reader.readArray(leastBytes: 12) { (reader) throws(StateError) in
            Start(epoch: try reader.read(), offset: try reader.read())
        }
        guard !starts.isEmpty else { throw StateError(what: "no leader epoch") }
    }
}
