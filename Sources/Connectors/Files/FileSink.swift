import Columnar
import ConnectorContract
import Diagnostics
import Formats

/// Writes rows into part files of a folder.
///
/// A part is hidden while it is written: `.part-RUN-0.json.inprogress`. Each epoch stores how long it was; a restart cuts it
/// there and goes on. When it is large or old enough it is closed, and gets its visible name once the epoch that tells
/// of it is durable: readers see whole parts of durable epochs only.
///
/// All calls come from one thread at a time, as the protocol says; hence no lock.
final class FileSink: Sink, @unchecked Sendable {
    /// A part that is closed and waits for its epoch.
    private struct Closed: Equatable {
        var number: UInt64
        /// The epoch that tells of it; nil before that is cut.
        var epoch: UInt64?
    }

    private let folder: String
    private let settings: FileSinkSettings
    private let encoder: any RowEncoder
    private let environment: Environment
    private let stateName: String

    private var run: String
    private var nextNumber: UInt64 = 0
    private var open: (file: any File, number: UInt64, openedAt: UInt64)?
    private var length: Int64 = 0
    private var closed: [Closed] = []
    private var buffer: [UInt8] = []
    private var isKept = false

    private static let bufferBytes = 1 << 20
    private static let mark: UInt32 = 0x4D52_4631

    init(
        table: TableDescription, folder: String, settings: FileSinkSettings, encoder: any RowEncoder,
        environment: Environment
    ) {
        self.folder = folder
        self.settings = settings
        self.encoder = encoder
        self.environment = environment
        stateName = "files/" + table.name
        var digits = String(environment.random.next(), radix: 16)
        digits = String(repeating: "0", count: max(0, 16 - digits.count)) + digits
        run = String(digits.prefix(12))
    }

    deinit {
        // A run without epochs that failed leaves nothing behind; with epochs a restart goes on with the part.
        guard !isKept else { return }
        for number in closed.map(\.number) + (open.map { [$0.number] } ?? []) {
            try? environment.files.remove(hiddenPath(number))
        }
    }

    var guarantee: String { "exactly once, with the epoch that follows the end of a part" }

    // MARK: Writing

    func write(_ batch: Batch) throws {
        for row in 0..<batch.rowCount {
            try encoder.append(batch, row, to: &buffer)
            if buffer.count >= Self.bufferBytes { try flush() }
        }
    }

    /// Writes what is buffered; closes the part when it is large enough.
    private func flush() throws {
        guard !buffer.isEmpty else { return }
        let file = try openFile()
        try buffer.withUnsafeBytes { bytes in try file.write(bytes, at: length) }
        length += Int64(buffer.count)
        buffer.removeAll(keepingCapacity: true)
        if length >= settings.partBytes { try closePart() }
    }

    private func openFile() throws -> any File {
        if let open { return open.file }
        try environment.files.createDirectory(folder)
        let file = try environment.files.open(hiddenPath(nextNumber), .create)
        open = (file, nextNumber, environment.clock.monotonicNanoseconds())
        nextNumber += 1
        length = 0
        return file
    }

    private func closePart() throws {
        guard let part = open else { return }
        try part.file.sync()
        closed.append(Closed(number: part.number, epoch: nil))
        open = nil
    }

    private func name(_ number: UInt64) -> String { "part-\(run)-\(number)\(settings.suffix)" }
    private func hiddenPath(_ number: UInt64) -> String { "\(folder)/.\(name(number)).inprogress" }
    private func visiblePath(_ number: UInt64) -> String { "\(folder)/\(name(number))" }

    // MARK: Epochs

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        isKept = true
        try flush()
        if let part = open {
            let age = environment.clock.monotonicNanoseconds() &- part.openedAt
            if age >= settings.partNanoseconds { try closePart() } else { try part.file.sync() }
        }
        if !closed.isEmpty || open != nil { try environment.files.syncDirectory(folder) }
        for index in closed.indices where closed[index].epoch == nil { closed[index].epoch = epoch }
        var writer = ByteWriter()
        writer.write(run)
        writer.write(nextNumber)
        writer.write(open?.number ?? .max)
        writer.write(open == nil ? 0 : length)
        writer.write(UInt32(truncatingIfNeeded: closed.count))
        for part in closed { writer.write(part.number) }
        return [
            StateChange(
                name: stateName, fold: .replace, bytes: PositionCoding.seal(mark: Self.mark, version: 1, writer))
        ]
    }

    func committed(epoch: UInt64) throws {
        let isDue = { (part: Closed) in part.epoch.map { $0 <= epoch } ?? false }
        guard closed.contains(where: isDue) else { return }
        for part in closed where isDue(part) { try publish(part.number) }
        closed.removeAll(where: isDue)
        try environment.files.syncDirectory(folder)
    }

    /// Gives a part its visible name; fine when it has it already.
    private func publish(_ number: UInt64) throws {
        if try environment.files.status(hiddenPath(number)) == nil,
            try environment.files.status(visiblePath(number)) != nil
        {
            return
        }
        try environment.files.rename(hiddenPath(number), to: visiblePath(number))
    }

    func restore(_ changes: [StateChange]) throws {
        guard let change = changes.last(where: { $0.name == stateName }) else { return }
        isKept = true
        var openNumber = UInt64.max
        var openLength: Int64 = 0
        try PositionCoding.open(change.bytes, mark: Self.mark, version: 1) { reader in
            run = try reader.readString()
            nextNumber = try reader.read(UInt64.self)
            openNumber = try reader.read(UInt64.self)
            openLength = try reader.read(Int64.self)
            for _ in 0..<(try reader.read(UInt32.self)) {
                closed.append(Closed(number: try reader.read(UInt64.self), epoch: 0))
            }
        }
        try removeLaterParts()
        for part in closed { try publish(part.number) }
        if !closed.isEmpty { try environment.files.syncDirectory(folder) }
        closed = []
        guard openNumber != .max else { return }
        // A part that was finished behind its last epoch has its visible name and all its rows.
        guard try environment.files.status(hiddenPath(openNumber)) != nil else { return }
        let file = try environment.files.open(hiddenPath(openNumber), .readWrite)
        try file.truncate(toBytes: openLength)
        open = (file, openNumber, environment.clock.monotonicNanoseconds())
        length = openLength
    }

    /// Parts begun behind the epoch that is restored hold rows that will come again.
    private func removeLaterParts() throws {
        guard try environment.files.status(folder) != nil else { return }
        let prefix = ".part-\(run)-"
        for name in try environment.files.list(folder) where name.hasPrefix(prefix) && name.hasSuffix(".inprogress") {
            let digits = name.dropFirst(prefix.count).prefix { $0.isASCII && $0.isNumber }
            if let number = UInt64(digits), number >= nextNumber { try environment.files.remove("\(folder)/\(name)") }
        }
    }

    func finish() throws {
        try flush()
        try closePart()
        if settings.replacesFiles { try removeOthers() }
        guard !closed.isEmpty else { return }
        for part in closed { try publish(part.number) }
        closed = []
        try environment.files.syncDirectory(folder)
    }

    /// INSERT OVERWRITE: what other runs left goes.
    private func removeOthers() throws {
        guard try environment.files.status(folder)?.kind == .directory else { return }
        for name in try environment.files.list(folder) where !name.hasPrefix("part-\(run)-") && !name.hasPrefix(".") {
            guard try environment.files.status("\(folder)/\(name)")?.kind == .regular else { continue }
            try environment.files.remove("\(folder)/\(name)")
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
            default: ".json"
            }
        replacesFiles = table.replacesRows
    }
}
