import ConnectorContract
import Diagnostics

/// Reads stored epochs of a directory; changes nothing in it.
struct EpochReading {
    let directory: String
    let files: any FileSystem

    private func path(_ name: CheckpointFileName) -> String { directory + "/" + name.text }

    func manifest(_ epoch: UInt64) throws -> Manifest { try manifest(epoch, in: .manifest(epoch)) }

    /// The manifest of an epoch that has been put aside; throws where it is what is damaged.
    func brokenManifest(_ epoch: UInt64) throws -> Manifest { try manifest(epoch, in: .brokenManifest(epoch)) }

    private func manifest(_ epoch: UInt64, in name: CheckpointFileName) throws -> Manifest {
        let file = try files.open(path(name), .read)
        let size = try file.status().sizeBytes
        guard size >= 0, size <= Int64(CheckpointLimits.manifestBytes) else {
            throw Manifest.Refusal.damaged("\(size) bytes")
        }
        guard let bytes = try file.read(count: Int(size), at: 0) else { throw Manifest.Refusal.damaged("cut short") }
        let manifest = try Manifest(decoding: bytes)
        guard manifest.epoch == epoch else { throw Manifest.Refusal.damaged("it is of epoch \(manifest.epoch)") }
        return manifest
    }

    /// All states of an epoch; every byte is checked before any is used.
    func states(of manifest: Manifest) throws -> [String: [StateChange]] {
        var restored: [String: [StateChange]] = [:]
        var places: [UInt64: [(name: String, index: Int, section: Section)]] = [:]
        for (name, chain) in manifest.states {
            restored[name] = Array(
                repeating: StateChange(name: name, fold: chain.fold, bytes: []), count: chain.sections.count)
            for (index, section) in chain.sections.enumerated() {
                places[section.blob, default: []].append((name, index, section))
            }
        }
        // Blob by blob: there may be more of them than a process may have open.
        for number in manifest.blobs.keys.sorted() {
            guard let summary = manifest.blobs[number] else { continue }
            let blob = try BlobFile(checking: summary, path: path(.blob(number)), files: files)
            for place in places[number] ?? [] {
                restored[place.name]?[place.index].bytes = try blob.read(place.section)
            }
        }
        return restored
    }

    /// The epochs that have a manifest, newest first.
    func epochs() throws(FileSystemError) -> [UInt64] {
        var found: [UInt64] = []
        for name in try files.list(directory) {
            if case .manifest(let epoch)? = CheckpointFileName(name) { found.append(epoch) }
        }
        return found.sorted(by: >)
    }
}
