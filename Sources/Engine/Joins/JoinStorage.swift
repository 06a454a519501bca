import Columnar
import ConnectorContract

/// What is written of one side of a join: rows since the last epoch, and which stored rows went away.
///
/// A side whose rows are never removed is a growing sequence of ``StoredBlocks``, which nobody has to write again.
/// Elsewhere each row has an id that stays with it over restarts, whichever instance holds it: the random number of the
/// instance that took it in, and a count.
final class JoinStorage {
    /// Rows that stay; under the bare name versions before wrote them one after the other, which is still read.
    static let blocksSuffix = ".rows"
    private let name: String
    private let store: JoinRowStore
    private let isAppendOnly: Bool
    private let isKept: Bool
    /// Instances whose rows are here; the first is this one.
    private var owners: [UInt64]
    private var ownerNumbers: [UInt64: UInt64] = [:]
    private static let ownerShift: UInt64 = 40
    private var rowCount: UInt64 = 0
    private var firstUnsaved: UInt64 = 0
    /// Owner's place and count, by row number.
    private let ids = StateArray<UInt64>(zero: 0)
    private var unsaved: [Int32] = []
    /// Where rows stay: those below this number are written, or were restored.
    private var firstUnwritten = 0
    private var isRestoring = false
    /// By column: the texts that were written under numbers.
    private let lists: [WrittenTexts]
    private var removedIds: [UInt64] = []
    let writer = StateWriter()
    /// The chunk whose rows are being written, and its columns; -1 for none.
    private var writtenChunk = -1
    private var fields: [RowField] = []

    /// `isKept`: false where there are no epochs, and so nothing to note.
    init(_ name: String, _ store: JoinRowStore, isAppendOnly: Bool, isKept: Bool, ownNumber: UInt64) {
        self.name = name
        self.store = store
        self.isAppendOnly = isAppendOnly
        self.isKept = isKept
        owners = [ownNumber]
        ownerNumbers[ownNumber] = 0
        lists = store.types.map { _ in WrittenTexts(id: ownNumber) }
        guard isAppendOnly, isKept else { return }
        // What fills a chunk lies in the processor's caches; at the epoch it would have to be fetched, and unpacked.
        store.willPack = { [weak self] first, columns, rows, coded in self?.writeBlock(first, columns, rows, coded) }
    }

    var byteSize: Int { ids.capacity * 8 + unsaved.count * 4 + writer.byteSize }

    func added(_ numbers: [Int32]) {
        guard isKept, !isAppendOnly else { return }
        ids.reserve(store.numberLimit)
        for number in numbers {
            ids.base[Int(number)] = rowCount
            rowCount += 1
        }
        unsaved += numbers
    }

    /// Something that is stored with the row changed.
    func changed(_ number: Int32) {
        guard isKept, !isNew(number) else { return }
        unsaved.append(number)
    }

    func removed(_ number: Int32) {
        guard isKept, !isAppendOnly, !isNew(number) else { return }
        removedIds.append(ids.base[Int(number)])
    }

    func moved(_ old: Int32, _ new: Int32) {
        guard isKept, !isAppendOnly else { return }
        ids.reserve(store.numberLimit)
        ids.base[Int(new)] = ids.base[Int(old)]
        if isNew(new) { unsaved.append(new) }
    }

    /// Numbers of rows that are gone will be those of others: what would have been written of the former is forgotten.
    /// Not for rows that were ``changed(_:)`` and moved since the last epoch.
    func settled(_ isAlive: (Int32) -> Bool) {
        if isKept, !isAppendOnly { unsaved.removeAll { !isAlive($0) } }
    }

    /// Whether no epoch holds the row yet.
    private func isNew(_ number: Int32) -> Bool {
        let id = ids.base[Int(number)]
        return id >> Self.ownerShift == 0 && id >= firstUnsaved
    }

    // MARK: writing

    /// `note` is one byte stored with each row that is alive; nil leaves the row out.
    func snapshot(_ note: (Int32) -> UInt8?) throws -> [StateChange] {
        defer {
            unsaved.removeAll(keepingCapacity: true)
            removedIds.removeAll(keepingCapacity: true)
            firstUnsaved = rowCount
            writtenChunk = -1
            fields = []
        }
        if isAppendOnly { return try takeBlocks() }
        for number in unsaved {
            guard let byte = note(number) else { continue }
            writer.beginEntry()
            writeKey(ids.base[Int(number)])
            writer.beginValue()
            writer.write(byte)
            writeRow(number)
            writer.endEntry()
        }
        for id in removedIds {
            writer.beginEntry()
            writeKey(id)
            writer.endRemoval()
        }
        return try writer.take(name, .keyed)
    }

    /// Writes those rows of a chunk that are not written yet.
    private func writeBlock(_ first: Int, _ columns: [Column], _ rows: Int, _ coded: [[UInt16]] = []) {
        let start = max(firstUnwritten, first)
        guard !isRestoring, start < first + rows else { return }
        firstUnwritten = first + rows
        let range = (start - first)..<rows
        let texts = coded.enumerated().map { index, numbers in
            store.textList(index).flatMap { views in
                numbers.isEmpty
                    ? nil : NumberedTexts(numbers: Array(numbers[range]), views: views, list: lists[index])
            }
        }
        StateRows.forEach(in: range) { StoredBlocks.write(columns, $0, texts: texts, to: writer) }
    }

    private func takeBlocks() throws -> [StateChange] {
        if let open = store.open { writeBlock(open.first, open.columns, open.rows) }
        var changes = try writer.take(name + Self.blocksSuffix, .append)
        for index in changes.indices { changes[index].upkeep = .byOwner(isWhole: false, wantsWhole: false) }
        return changes
    }

    private func writeKey(_ id: UInt64) {
        writer.write(owners[Int(id >> Self.ownerShift)])
        writer.write(id & (1 << Self.ownerShift &- 1))
    }

    private func writeRow(_ number: Int32) {
        let chunk = Int(number) >> JoinRowStore.chunkShift
        if chunk != writtenChunk {
            fields = store.place(of: number).columns.map { RowField($0) }
            writtenChunk = chunk
        }
        writer.write(fields, row: Int(number) & (JoinRowStore.chunkRows - 1))
    }

    // MARK: reading

    /// A row as it was stored.
    private struct Place {
        var change: Int
        var bytes: Range<Int>
    }

    /// Calls `body` with batches of the stored rows, their bytes of note, and what ``restored(_:_:)`` wants.
    func restore(
        _ changes: [StateChange], _ body: (_ batch: Batch, _ notes: [UInt8], _ ids: [UInt64]) throws -> Void
    ) throws {
        isRestoring = true
        defer {
            isRestoring = false
            firstUnwritten = store.open.map { $0.first + $0.rows } ?? 0
        }
        let own = changes.filter { $0.name == name }
        for change in own where isAppendOnly && change.fold == .append {
            try change.bytes.withUnsafeBytes { bytes in
                var reader = ByteReader(bytes)
                while reader.remaining > 0 {
                    var decoder = RowDecoder(types: store.types, capacity: JoinRowStore.chunkRows)
                    while reader.remaining > 0, decoder.rowCount < JoinRowStore.chunkRows {
                        try decoder.read(&reader, columns: store.types.indices)
                        decoder.endRow()
                    }
                    try body(decoder.batch(), [], [])
                }
            }
        }
        let lists = store.types.map { _ in StoredTexts() }
        for change in changes where isAppendOnly && change.name == name + Self.blocksSuffix {
            try StoredBlocks.forEach(in: change.bytes, store.types, lists: lists) { try body($0, [], []) }
        }
        let keyed = own.filter { $0.fold == .keyed }
        try restoreKeyed(keyed, try livePlaces(keyed), body)
    }

    /// The last value of each row that was not removed.
    private func livePlaces(_ changes: [StateChange]) throws -> [UInt64: Place] {
        var places: [UInt64: Place] = [:]
        for (index, change) in changes.enumerated() {
            try change.bytes.withUnsafeBytes { bytes in
                try KeyedEntries.forEach(in: bytes) { key, value in
                    var reader = ByteReader(key)
                    let owner = ownerNumber(try reader.read())
                    let count = try reader.read(UInt64.self) & (1 << Self.ownerShift &- 1)
                    if owner == 0 { rowCount = max(rowCount, count + 1) }
                    let id = owner << Self.ownerShift | count
                    guard let value, let base = value.baseAddress, let start = bytes.baseAddress else {
                        places[id] = nil
                        return
                    }
                    let offset = base - start
                    places[id] = Place(change: index, bytes: offset..<(offset + value.count))
                }
            }
        }
        firstUnsaved = rowCount
        return places
    }

    private func ownerNumber(_ owner: UInt64) -> UInt64 {
        if let known = ownerNumbers[owner] { return known }
        owners.append(owner)
        ownerNumbers[owner] = UInt64(owners.count - 1)
        return UInt64(owners.count - 1)
    }

    private func restoreKeyed(
        _ changes: [StateChange], _ places: [UInt64: Place],
        _ body: (_ batch: Batch, _ notes: [UInt8], _ ids: [UInt64]) throws -> Void
    ) throws {
        let order = places.sorted {
            ($0.value.change, $0.value.bytes.lowerBound) < ($1.value.change, $1.value.bytes.lowerBound)
        }
        for start in stride(from: 0, to: order.count, by: JoinRowStore.chunkRows) {
            let part = order[start..<min(start + JoinRowStore.chunkRows, order.count)]
            var decoder = RowDecoder(types: store.types, capacity: part.count)
            var notes: [UInt8] = []
            for (_, place) in part {
                try changes[place.change].bytes.withUnsafeBytes { bytes in
                    var reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[place.bytes]))
                    notes.append(try reader.read(UInt8.self))
                    try decoder.read(&reader, columns: store.types.indices)
                }
                decoder.endRow()
            }
            try body(decoder.batch(), notes, part.map(\.key))
        }
    }

    /// Rows that ``restore(_:_:)`` gave are now kept under these numbers.
    func restored(_ numbers: [Int32], _ rowIds: [UInt64]) {
        guard !isAppendOnly else { return }
        ids.reserve(store.numberLimit)
        for (number, id) in zip(numbers, rowIds) { ids.base[Int(number)] = id }
    }
}
