import Columnar
import ConnectorContract
import StreamSQL

/// Passes the first row of each key on at once and drops the rest: deduplication by arrival.
///
/// State is a set of 128-bit fingerprints. With a time to live the set is kept in generations, the oldest of which
/// is dropped as a whole: a key is forgotten between one and one and a quarter times the time to live after it came.
final class DeduplicateOperator: Operator {
    private static let generationCount = 5

    private let plan: DeduplicatePlan
    private let seeds: (UInt64, UInt64)
    private let generationMilliseconds: Int64?
    private let wallMilliseconds: () -> Int64
    /// Newest last.
    private var generations: [(number: Int64, set: FingerprintSet)] = []
    /// What came since the last epoch; nothing is kept where there are no epochs.
    private var unsaved: [Fingerprint] = []
    /// With generations: where in `unsaved` each begins.
    private var unsavedGenerations: [(number: Int64, from: Int)] = []
    private let keepsChanges: Bool
    /// With generations: the stored pieces of each, so that they can be removed with it. A piece is named by
    /// generation, the operator's own number and a count.
    private var pieces: [Int64: [[UInt8]]] = [:]
    private var removedPieces: [[UInt8]] = []
    private let ownNumber: UInt64
    private var pieceCount: UInt64 = 0
    private var fingerprints = [Fingerprint](repeating: Fingerprint(first: 0, second: 0), count: 4_096)
    private var newRows = [Int32](repeating: 0, count: 4_096)

    /// The first seed must be that of the exchange in front, so that state can be dealt anew.
    init(
        _ plan: DeduplicatePlan, seeds: (UInt64, UInt64), keepsChanges: Bool, ownNumber: UInt64,
        wallMilliseconds: @escaping () -> Int64
    ) {
        self.ownNumber = ownNumber
        self.keepsChanges = keepsChanges
        self.plan = plan
        self.seeds = seeds
        self.wallMilliseconds = wallMilliseconds
        generationMilliseconds = plan.stateTimeToLiveMilliseconds.map { max(1, $0 / Int64(Self.generationCount - 1)) }
        generations = [(currentGeneration, FingerprintSet())]
    }

    private var currentGeneration: Int64 { generationMilliseconds.map { wallMilliseconds() / $0 } ?? 0 }

    var stateRows: Int { generations.reduce(0) { $0 + $1.set.count } }

    var stateBytes: Int { generations.reduce(unsaved.count * 16) { $0 + $1.set.byteSize } }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        turnGeneration()
        let rowCount = batch.rowCount
        if fingerprints.count < rowCount {
            fingerprints = Array(repeating: Fingerprint(first: 0, second: 0), count: rowCount)
            newRows = Array(repeating: 0, count: rowCount)
        }
        let kept = fingerprints.withUnsafeMutableBufferPointer { prints in
            newRows.withUnsafeMutableBufferPointer { rows in
                if let known = batch.keyPrints { return insert(known.fingerprints, rowCount, rows.baseAddress!) }
                fingerprintColumns(batch, plan.keys, seeds: seeds, into: prints.baseAddress!)
                return insert(UnsafePointer(prints.baseAddress!), rowCount, rows.baseAddress!)
            }
        }
        batch.keyPrints = nil
        guard kept > 0 else { return }
        if kept == rowCount { return try output.emit(batch) }
        try newRows.withUnsafeBufferPointer { try output.emit(gather(batch, rows: $0.baseAddress!, count: kept)) }
    }

    private func insert(
        _ prints: UnsafePointer<Fingerprint>, _ rowCount: Int, _ rows: UnsafeMutablePointer<Int32>
    ) -> Int {
        var count = generations[generations.count - 1].set.insert(prints, count: rowCount, newRows: rows)
        if generations.count > 1 {
            var kept = 0
            for index in 0..<count
            where !generations.dropLast().contains(where: { $0.set.contains(prints[Int(rows[index])]) }) {
                rows[kept] = rows[index]
                kept += 1
            }
            count = kept
        }
        if keepsChanges { keep(prints, rows, count) }
        return count
    }

    private func keep(_ prints: UnsafePointer<Fingerprint>, _ rows: UnsafePointer<Int32>, _ count: Int) {
        let number = generations[generations.count - 1].number
        if unsavedGenerations.last?.number != number { unsavedGenerations.append((number, unsaved.count)) }
        var changes = [Fingerprint]()
        swap(&changes, &unsaved)
        changes.reserveCapacity(changes.count + count)
        for index in 0..<count { changes.append(prints[Int(rows[index])]) }
        swap(&changes, &unsaved)
    }

    private func turnGeneration() {
        guard generationMilliseconds != nil else { return }
        let current = currentGeneration
        guard let newest = generations.last, newest.number < current else { return }
        generations.append((current, FingerprintSet()))
        generations.removeAll { $0.number <= current - Int64(Self.generationCount) }
        for number in pieces.keys where number <= current - Int64(Self.generationCount) {
            removedPieces += pieces.removeValue(forKey: number) ?? []
        }
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        defer {
            unsaved.removeAll(keepingCapacity: false)
            unsavedGenerations = []
            removedPieces = []
        }
        guard generationMilliseconds == nil else { return timedSnapshot() }
        guard !unsaved.isEmpty else { return [] }
        var writer = ByteWriter(reserving: unsaved.count * 16)
        unsaved.withUnsafeBytes { writer.writeRaw($0) }
        return [StateChange(name: "keys", fold: .append, bytes: writer.bytes)]
    }

    /// New keys as one piece for each generation; the pieces of dropped generations are removed.
    private func timedSnapshot() -> [StateChange] {
        var entries = KeyedEntries()
        for key in removedPieces { entries.remove(key: key) }
        let ends = unsavedGenerations.dropFirst().map(\.from) + [unsaved.count]
        for (generation, end) in zip(unsavedGenerations, ends) {
            var key = ByteWriter()
            key.write(generation.number)
            key.write(ownNumber)
            key.write(pieceCount)
            pieceCount += 1
            pieces[generation.number, default: []].append(key.bytes)
            unsaved[generation.from..<end].withUnsafeBytes { prints in
                key.bytes.withUnsafeBytes { entries.put(key: $0, value: prints) }
            }
        }
        return entries.isEmpty ? [] : [StateChange(name: "timed-keys", fold: .keyed, bytes: entries.bytes)]
    }

    func restore(_ changes: [StateChange], ownership: Ownership) throws {
        for change in changes {
            try change.bytes.withUnsafeBytes { bytes in
                guard change.fold == .keyed else {
                    return try restore(bytes, generation: currentGeneration, ownership)
                }
                try KeyedEntries.forEach(in: bytes) { key, value in
                    var reader = ByteReader(key)
                    let number = try reader.read(Int64.self)
                    guard let value else {
                        pieces[number]?.removeAll { $0.elementsEqual(key) }
                        return
                    }
                    pieces[number, default: []].append(Array(key))
                    try restore(value, generation: number, ownership)
                }
            }
        }
    }

    private func restore(_ prints: UnsafeRawBufferPointer, generation: Int64, _ ownership: Ownership) throws {
        var reader = ByteReader(prints)
        while reader.remaining > 0 {
            let print = Fingerprint(first: try reader.read(), second: try reader.read())
            if ownership.owns(print.first) { restore(print, generation: generation) }
        }
    }

    private func restore(_ print: Fingerprint, generation number: Int64) {
        let current = generationMilliseconds == nil ? 0 : currentGeneration
        guard number > current - Int64(Self.generationCount) || generationMilliseconds == nil else { return }
        if let index = generations.firstIndex(where: { $0.number == number }) {
            _ = generations[index].set.insert(print)
        } else {
            let set = FingerprintSet()
            _ = set.insert(print)
            generations.append((number, set))
            generations.sort { $0.number < $1.number }
        }
    }
}
