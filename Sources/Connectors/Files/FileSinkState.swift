import ConnectorContract

/// What a file sink stores with an epoch.
struct FileSinkState {
    struct Open {
        var folder: String
        var number: UInt64
        var length: Int64
    }

    var run = ""
    var nextNumber: UInt64 = 0
    var open: [Open] = []
    /// Folder and number of parts that get their visible name with this epoch.
    var closed: [(folder: String, number: UInt64)] = []
    /// Partitions that are not complete, with what their age is counted from.
    var pending: [String: Int64] = [:]
    /// Partitions that are complete with this epoch.
    var due: [String] = []
    /// Partitions that an INSERT OVERWRITE has written.
    var replaced: [String] = []

    private static let mark: UInt32 = 0x4D52_4631
    private static let version: UInt8 = 2

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.write(run)
        writer.write(nextNumber)
        writer.write(UInt32(truncatingIfNeeded: open.count))
        for part in open {
            writer.write(part.folder)
            writer.write(part.number)
            writer.write(part.length)
        }
        writer.write(UInt32(truncatingIfNeeded: closed.count))
        for part in closed {
            writer.write(part.folder)
            writer.write(part.number)
        }
        writer.write(UInt32(truncatingIfNeeded: pending.count))
        for (folder, begin) in pending.sorted(by: { $0.key < $1.key }) {
            writer.write(folder)
            writer.write(begin)
        }
        for folders in [due, replaced] {
            writer.write(UInt32(truncatingIfNeeded: folders.count))
            for folder in folders { writer.write(folder) }
        }
        return PositionCoding.seal(mark: Self.mark, version: Self.version, writer)
    }

    init() {}

    init(_ bytes: [UInt8]) throws {
        try PositionCoding.open(bytes, mark: Self.mark, version: Self.version) { reader in
            run = try reader.readString()
            nextNumber = try reader.read()
            for _ in 0..<(try reader.read(UInt32.self)) {
                open.append(
                    Open(folder: try reader.readString(), number: try reader.read(), length: try reader.read()))
            }
            for _ in 0..<(try reader.read(UInt32.self)) {
                closed.append((try reader.readString(), try reader.read()))
            }
            for _ in 0..<(try reader.read(UInt32.self)) { pending[try reader.readString()] = try reader.read() }
            for _ in 0..<(try reader.read(UInt32.self)) { due.append(try reader.readString()) }
            for _ in 0..<(try reader.read(UInt32.self)) { replaced.append(try reader.readString()) }
        }
    }
}
