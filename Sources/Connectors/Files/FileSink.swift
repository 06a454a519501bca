import Columnar
import ConnectorContract
import Diagnostics
import Formats

/// Writes rows into part files of a folder, or of a folder for each partition.
///
/// A part is hidden while it is written: `.part-RUN-0.json.inprogress`. Each epoch stores how long it was; a restart cuts it
/// there and goes on. When it is large or old enough it is closed, and gets its visible name once the epoch that tells
/// of it is durable: readers see whole parts of durable epochs only. A partition that is complete has its parts closed,
/// and gets its success file with the epoch that tells so.
///
/// All calls come from one thread at a time, as the protocol says; hence no lock.
final class FileSink: Sink, @unchecked Sendable {
    private let settings: FileSinkSettings
    private let layout: PartitionLayout
    private let commit: PartitionCommit?
    private let dataPositions: [Int]
    private let encoder: any RowEncoder
    private let framing: FileFraming?
    private let environment: Environment
    private let stateName: String

    private var names: PartNames
    private var nextNumber: UInt64 = 0
    /// Folders with an open part or waiting bytes, by name.
    private var folders: [[UInt8]: PartFolder] = [:]
    private var closed: [ClosedPart] = []
    /// Partitions that are not complete, with what their age is counted from.
    private var pending: [String: Int64] = [:]
    /// Complete partitions whose success file waits for an epoch; nil before that is cut.
    private var due: [(folder: String, epoch: UInt64?)] = []
    /// Partitions that INSERT OVERWRITE has written.
    private var replaced: Set<String> = []
    private var watermark = Int64.min
    private var batches: UInt64 = 0
    private var isKept = false
    private var folderBytes: [UInt8] = []

    private static let bufferBytes = 1 << 20
    /// Rows between two looks at whether the buffer is full.
    private static let encodedRows = 256
    /// Folders of partitions with open parts; more are written by closing those that rest longest.
    private static let maximumFolders = 64

    init(
        table: TableDescription, folder: String, settings: FileSinkSettings, encoder: any RowEncoder,
        environment: Environment
    ) throws(MillraceError) {
        self.settings = settings
        self.encoder = encoder
        framing = encoder.framing
        self.environment = environment
        layout = try PartitionLayout(table)
        commit = try PartitionCommit(table)
        dataPositions = layout.dataPositions(of: table.physicalFields.count)
        stateName = "files/" + table.name
        var digits = String(environment.random.next(), radix: 16)
        digits = String(repeating: "0", count: max(0, 16 - digits.count)) + digits
        names = PartNames(root: folder, suffix: settings.suffix, run: String(digits.prefix(12)))
    }

    deinit {
        // A run without epochs that failed leaves nothing behind; with epochs a restart goes on with the part.
        guard !isKept else { return }
        let open = folders.values.compactMap { folder in folder.part.map { (folder.name, $0.number) } }
        for (folder, number) in closed.map({ ($0.folder, $0.number) }) + open {
            try? environment.files.remove(names.hidden(folder, number))
        }
    }

    var guarantee: String { "exactly once, with the epoch that follows the end of a part" }

    // MARK: Writing

    func write(_ batch: Batch) throws {
        guard batch.rowCount > 0 else { return }
        batches &+= 1
        guard !layout.isEmpty else { return try append(batch, 0..<batch.rowCount, to: try folder([])) }
        let data = Batch(
            columns: dataPositions.map { batch.columns[$0] }, rowCount: batch.rowCount, kinds: batch.kinds)
        var start = 0
        while start < batch.rowCount {
            // Rows of one partition mostly come together.
            let end = layout.runEnd(batch, from: start)
            layout.folder(of: batch, start, into: &folderBytes)
            try append(data, start..<end, to: try folder(folderBytes))
            start = end
        }
    }

    func advance(to watermark: Int64) throws { self.watermark = max(self.watermark, watermark) }

    private func append(_ batch: Batch, _ rows: Range<Int>, to folder: PartFolder) throws {
        var start = rows.lowerBound
        while start < rows.upperBound {
            let end = min(start + Self.encodedRows, rows.upperBound)
            try encoder.append(batch, rows: start..<end, to: &folder.buffer)
            folder.rows += end - start
            if folder.buffer.count >= Self.bufferBytes { try flush(folder) }
            start = end
        }
    }

    /// The folder of that name, ready to be written.
    private func folder(_ key: [UInt8]) throws -> PartFolder {
        if let known = folders[key] {
            known.lastUse = batches
            return known
        }
        if folders.count >= Self.maximumFolders,
            let oldest = folders.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            try flush(oldest.value)
            try close(oldest.value)
            folders[oldest.key] = nil
        }
        let made = PartFolder(name: String(decoding: key, as: UTF8.self))
        made.lastUse = batches
        folders[key] = made
        if settings.replacesFiles { replaced.insert(made.name) }
        if let commit, pending[made.name] == nil {
            pending[made.name] = try commit.begin(
                made.name, layout, now: environment.clock.wallMilliseconds())
        }
        return made
    }

    /// Writes what is buffered; closes the part when it is large enough.
    private func flush(_ folder: PartFolder) throws {
        guard folder.rows > 0 else { return }
        var part = try folder.part ?? openPart(folder.name)
        if let framing {
            let mark = names.mark(part.number)
            let head = part.length == 0 ? framing.header(mark) : []
            folder.buffer = head + (try framing.block(folder.buffer, folder.rows, mark))
        }
        try folder.buffer.withUnsafeBytes { bytes in try part.file.write(bytes, at: part.length) }
        part.length += Int64(folder.buffer.count)
        folder.rows = 0
        part.isDirty = true
        folder.part = part
        folder.buffer.removeAll(keepingCapacity: true)
        if part.length >= settings.partBytes { try close(folder) }
    }

    private func openPart(_ folder: String) throws -> PartFolder.OpenPart {
        let path = names.path(ofFolder: folder)
        if try environment.files.status(path) == nil {
            try environment.files.createDirectory(path)
            // A new folder is durable when the one that holds it is.
            for parent in names.chain(folder).dropFirst() { try environment.files.syncDirectory(parent) }
        }
        let number = nextNumber
        nextNumber += 1
        let file = try environment.files.open(names.hidden(folder, number), .create)
        return PartFolder.OpenPart(
            file: file, number: number, openedAt: environment.clock.monotonicNanoseconds(), length: 0)
    }

    private func close(_ folder: PartFolder) throws {
        guard let part = folder.part else { return }
        try part.file.sync()
        closed.append(ClosedPart(folder: folder.name, number: part.number, epoch: nil))
        folder.part = nil
    }

    // MARK: Epochs

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        isKept = true
        for folder in folders.values { try flush(folder) }
        try completePartitions()
        let now = environment.clock.monotonicNanoseconds()
        var changed: Set<String> = []
        for folder in folders.values {
            guard var part = folder.part else { continue }
            if now &- part.openedAt >= settings.partNanoseconds {
                try close(folder)
            } else if part.isDirty {
                try part.file.sync()
                part.isDirty = false
                folder.part = part
                changed.insert(folder.name)
            }
        }
        folders = folders.filter { $0.value.part != nil }
        for index in closed.indices where closed[index].epoch == nil {
            closed[index].epoch = epoch
            changed.insert(closed[index].folder)
        }
        for folder in changed { try environment.files.syncDirectory(names.path(ofFolder: folder)) }
        for index in due.indices where due[index].epoch == nil { due[index].epoch = epoch }
        return [StateChange(name: stateName, fold: .replace, bytes: state.bytes)]
    }

    private var state: FileSinkState {
        var state = FileSinkState()
        state.run = names.run
        state.nextNumber = nextNumber
        state.open = folders.values.compactMap { folder in
            folder.part.map { FileSinkState.Open(folder: folder.name, number: $0.number, length: $0.length) }
        }
        state.closed = closed.map { ($0.folder, $0.number) }
        state.pending = pending
        state.due = due.map(\.folder)
        state.replaced = replaced.sorted()
        return state
    }

    /// Closes the parts of partitions that are complete, and notes those for their success file.
    private func completePartitions() throws {
        guard let commit else { return }
        let now = environment.clock.wallMilliseconds()
        for (folder, begin) in pending where commit.isDue(begin, now: now, watermark: watermark) {
            if let open = folders[Array(folder.utf8)] { try close(open) }
            // Rows that come later make the partition pending again.
            folders[Array(folder.utf8)] = nil
            pending[folder] = nil
            due.append((folder, nil))
        }
    }

    func committed(epoch: UInt64) throws {
        try publish(upTo: epoch)
    }

    /// Gives parts their visible names, and complete partitions their success files, of durable epochs.
    private func publish(upTo durable: UInt64) throws {
        let isDue = { (epoch: UInt64?) in epoch.map { $0 <= durable } ?? false }
        var changed: Set<String> = []
        for part in closed where isDue(part.epoch) {
            try publish(part)
            changed.insert(part.folder)
        }
        closed.removeAll { isDue($0.epoch) }
        if let commit {
            for partition in due where isDue(partition.epoch) {
                _ = try environment.files.open(
                    "\(names.path(ofFolder: partition.folder))/\(commit.successFile)", .create)
                changed.insert(partition.folder)
            }
        }
        due.removeAll { isDue($0.epoch) }
        for folder in changed { try environment.files.syncDirectory(names.path(ofFolder: folder)) }
    }

    /// Gives a part its visible name; fine when it has it already.
    private func publish(_ part: ClosedPart) throws {
        let (hidden, visible) = (names.hidden(part.folder, part.number), names.visible(part.folder, part.number))
        if try environment.files.status(hidden) == nil, try environment.files.status(visible) != nil { return }
        try environment.files.rename(hidden, to: visible)
    }

    func restore(_ changes: [StateChange]) throws {
        guard let change = changes.last(where: { $0.name == stateName }) else { return }
        isKept = true
        let state = try FileSinkState(change.bytes)
        names.run = state.run
        nextNumber = state.nextNumber
        pending = state.pending
        replaced = Set(state.replaced)
        // Nothing is changed before it is known that the state may be gone on from.
        let later = try laterParts(names.root, depth: layout.keys.count)
        try refuseRepetition(later.visible, state.open)
        for path in later.hidden { try environment.files.remove(path) }
        closed = state.closed.map { ClosedPart(folder: $0.folder, number: $0.number, epoch: 0) }
        due = state.due.map { ($0, 0) }
        try dropTakenParts()
        try publish(upTo: 0)
        for open in state.open {
            let path = names.hidden(open.folder, open.number)
            // A part that was finished behind its last epoch has its visible name and all its rows.
            guard try environment.files.status(path) != nil else { continue }
            let file = try environment.files.open(path, .readWrite)
            try refuseShorter(path, file, than: open.length)
            try file.truncate(toBytes: open.length)
            guard try goesOn(file, open.number, open.length) else {
                try file.sync()
                closed.append(ClosedPart(folder: open.folder, number: open.number, epoch: nil))
                continue
            }
            let folder = PartFolder(name: open.folder)
            folder.part = PartFolder.OpenPart(
                file: file, number: open.number, openedAt: environment.clock.monotonicNanoseconds(),
                length: open.length)
            folders[Array(open.folder.utf8)] = folder
        }
    }

    /// False where the file begins otherwise than this sink would begin it: with another codec, say, which its blocks would not be
    /// packed with.
    private func goesOn(_ file: any File, _ number: UInt64, _ length: Int64) throws -> Bool {
        guard let framing, length > 0 else { return true }
        let header = framing.header(names.mark(number))
        guard length >= header.count else { return false }
        var found = [UInt8](repeating: 0, count: header.count)
        let count = try found.withUnsafeMutableBytes { bytes in try file.read(into: bytes, at: 0) }
        return count == header.count && found == header
    }

    /// A part was durable as far as its epoch tells. What cut it since took rows, and to make it longer would fill it up
    /// with bytes that are none.
    private func refuseShorter(_ path: String, _ file: any File, than length: Int64) throws {
        let found = try file.status().sizeBytes
        guard found < length else { return }
        throw MillraceError(
            .system, code: "sink_behind",
            "'\(path)' has \(found) bytes, and the state that was restored tells of \(length): rows were lost",
            hint: "put the file back from a copy, or remove the job's state and the table's files")
    }

    /// A part that has neither of its names got its visible one before the stop, and somebody has taken it away since:
    /// nothing is left to do with it, but to say so, for a file that was lost looks the same.
    private func dropTakenParts() throws {
        closed = try closed.filter { part in
            let (hidden, visible) = (names.hidden(part.folder, part.number), names.visible(part.folder, part.number))
            if try environment.files.status(hidden) != nil { return true }
            if try environment.files.status(visible) != nil { return true }
            Warning.write("\(visible) was complete before the restart and is gone; going on without it")
            return false
        }
        // The success file of a folder that is gone has nowhere to stand.
        due = try due.filter { try environment.files.status(names.path(ofFolder: $0.folder)) != nil }
    }

    /// Parts begun behind the epoch that is restored: they hold rows that will come again. `depth` is how many folders
    /// lie between the given one and the parts.
    private func laterParts(_ path: String, depth: Int) throws -> (hidden: [String], visible: [String]) {
        var found: (hidden: [String], visible: [String]) = ([], [])
        guard try environment.files.status(path)?.kind == .directory else { return found }
        for name in try environment.files.list(path) {
            if depth > 0 {
                guard !name.hasPrefix(".") else { continue }
                let inner = try laterParts("\(path)/\(name)", depth: depth - 1)
                found.hidden += inner.hidden
                found.visible += inner.visible
            } else if let number = names.number(ofHidden: name), number >= nextNumber {
                found.hidden.append("\(path)/\(name)")
            } else if let number = names.number(ofVisible: name), number >= nextNumber {
                found.visible.append("\(path)/\(name)")
            }
        }
        return found
    }

    /// Parts become visible with durable epochs only. Where they show more than the state that is restored knows of, it
    /// is not the newest: its rows would stand there twice.
    private func refuseRepetition(_ later: [String], _ open: [FileSinkState.Open]) throws {
        var ahead = later.min()
        for part in open where ahead == nil {
            // Of the same length it was finished behind its last epoch.
            let path = names.visible(part.folder, part.number)
            if let status = try environment.files.status(path), status.sizeBytes > part.length { ahead = path }
        }
        guard let ahead else { return }
        throw MillraceError(
            .system, code: "sink_ahead",
            "'\(ahead)' holds rows of a later epoch than the state that was restored: going on would repeat rows",
            hint:
                "the newest epoch of the job is damaged; restore its files, or remove the job's state and the table's "
                + "files")
    }

    func finish() throws {
        for folder in folders.values {
            try flush(folder)
            try close(folder)
        }
        folders = [:]
        // All there will ever be has come: every partition is complete.
        due += pending.keys.sorted().map { ($0, nil) }
        pending = [:]
        for index in closed.indices { closed[index].epoch = 0 }
        for index in due.indices { due[index].epoch = 0 }
        try publish(upTo: 0)
        guard settings.replacesFiles else { return }
        // What was there before goes when what replaces it can be seen: at no moment is there neither. Of a partitioned
        // table only the partitions that got rows are replaced.
        for folder in layout.isEmpty ? [""] : replaced.sorted() { try removeOthers(names.path(ofFolder: folder)) }
    }

    /// INSERT OVERWRITE: what other runs left goes.
    private func removeOthers(_ path: String) throws {
        guard try environment.files.status(path)?.kind == .directory else { return }
        for name in try environment.files.list(path)
        where !names.isOfThisRun(name) && !name.hasPrefix(".") && name != commit?.successFile {
            guard try environment.files.status("\(path)/\(name)")?.kind == .regular else { continue }
            try environment.files.remove("\(path)/\(name)")
        }
    }
}

/// When a part ends, and what it is called.
struct FileSinkSettings {
    var partBytes: Int64
    var partNanoseconds: UInt64
    var suffix: String
    /// INSERT OVERWRITE.
    var replacesFiles: Bool

    init(_ table: TableDescription) throws(MillraceError) {
        let values = OptionValues(table)
        partBytes = Int64(
            try values.bytes("sink.rolling-policy.file-size", default: 128 << 20, in: 1...(1 << 40)))
        partNanoseconds = try values.nanoseconds(
            "sink.rolling-policy.rollover-interval", default: 30 * 60 * 1_000_000_000)
        suffix =
            switch values.text("format") {
            case "csv": ".csv"
            case "raw": ".txt"
            case "avro": ".avro"
            default: ".json"
            }
        replacesFiles = table.replacesRows
    }
}
