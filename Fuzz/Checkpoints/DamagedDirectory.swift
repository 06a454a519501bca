import Checkpoints
import ConnectorContract
import Diagnostics
import FuzzSupport
import TestSupport

/// A directory of three epochs whose files are changed before it is opened again: the store gives an epoch that was
/// committed, whole, or an error. It never gives a mixture.
struct DamagedDirectory {
    private static let directory = "state"
    private static let epochs: UInt64 = 3
    private let files = FaultyFileSystem()
    private let identity = JobIdentity(name: "job", planHash: 11, formatVersion: 1)

    func run(edits: [UInt8]) {
        do {
            try write()
            try apply(edits)
        } catch {
            finding("the healthy part failed: \(error)")
        }
        guard let store = try? open(), let restored = try? store.restore() else { return }
        guard restored.epoch <= Self.epochs else { finding("epoch \(restored.epoch) was never committed") }
        check(restored)
        _ = try? store.commit(epoch: restored.epoch + 1, changes: changes(of: restored.epoch + 1))
    }

    private func open() throws -> FileCheckpointStore {
        try FileCheckpointStore(directory: Self.directory, files: files, identity: identity)
    }

    private func write() throws {
        let store = try open()
        guard try store.restore() == nil else { finding("an empty directory holds an epoch") }
        for epoch in 1...Self.epochs { _ = try store.commit(epoch: epoch, changes: changes(of: epoch)) }
    }

    private func changes(of epoch: UInt64) -> [StateChange] {
        [
            StateChange(name: "position", fold: .replace, bytes: Array("at \(epoch)".utf8)),
            StateChange(name: "log", fold: .append, bytes: Array("\(epoch);".utf8)),
        ]
    }

    private func check(_ restored: RestoredEpoch) {
        guard restored.epoch > 0 else { return }
        let position = restored.states["position"]?.last?.bytes ?? []
        let log = (restored.states["log"] ?? []).flatMap(\.bytes)
        guard position == Array("at \(restored.epoch)".utf8) else {
            finding("epoch \(restored.epoch) has position \(String(decoding: position, as: UTF8.self))")
        }
        let expected = (1...restored.epoch).map { "\($0);" }.joined()
        guard log == Array(expected.utf8) else {
            finding("epoch \(restored.epoch) has log \(String(decoding: log, as: UTF8.self))")
        }
    }

    /// Each four bytes are one edit: the file, two bytes of place, and the new byte or, at the end, a cut.
    private func apply(_ edits: [UInt8]) throws {
        let names = try files.list(Self.directory).filter { $0 != "LOCK" }
        guard !names.isEmpty else { finding("the store left no files") }
        for start in stride(from: 0, to: min(edits.count, 64) - 3, by: 4) {
            let name = names[Int(edits[start]) % names.count]
            let file = try files.open("\(Self.directory)/\(name)", .readWrite)
            let size = try file.status().sizeBytes
            guard size > 0 else { continue }
            let place = (Int64(edits[start + 1]) << 8 | Int64(edits[start + 2])) % (size + size / 4 + 1)
            if place < size {
                try withUnsafeBytes(of: edits[start + 3]) { try file.write($0, at: place) }
            } else {
                try file.truncate(toBytes: size * Int64(edits[start + 3]) / 256)
            }
        }
    }
}
