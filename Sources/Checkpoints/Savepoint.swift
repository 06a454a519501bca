package import ConnectorContract
package import Diagnostics

/// A copy of a job's newest epoch in a directory of its own: whole, relocatable, and left alone by the job. Its states
/// are kept by the names of their operators, beside what they are made of, so that a changed query can begin with them.
package struct Savepoint: Sendable {
    package var epoch: RestoredEpoch
    private var identity: JobIdentity

    /// How often the newest epoch is looked for anew when a running job has removed it meanwhile.
    private static let attempts = 8

    /// The name of the job it is of.
    package var job: String { identity.name }

    /// Reads the newest whole epoch of a savepoint, or of a job's own directory, even while the job runs.
    ///
    /// Throws `no_savepoint` where there is none, and `checkpoints_newer_format` for one of a newer program.
    package init(reading directory: String, files: any FileSystem, formatVersion: UInt32) throws {
        let reading = EpochReading(directory: directory, files: files)
        guard try files.status(directory)?.kind == .directory else { throw CheckpointErrors.noSavepoint(directory) }
        var last: any Error = CheckpointErrors.noSavepoint(directory)
        for _ in 0..<Self.attempts {
            guard let newest = try reading.epochs().first, newest > 0 else {
                throw CheckpointErrors.noSavepoint(directory)
            }
            do {
                let manifest = try reading.manifest(newest)
                guard manifest.identity.formatVersion <= formatVersion else {
                    throw CheckpointErrors.newerFormat(
                        directory, version: manifest.identity.formatVersion, known: formatVersion)
                }
                epoch = RestoredEpoch(epoch: newest, states: try reading.states(of: manifest))
                identity = manifest.identity
                return
            } catch let error as MillraceError {
                throw error
            } catch { last = error }
        }
        throw CheckpointErrors.damaged(directory, what: "\(last)")
    }

    /// One state of the newest epoch of a job's directory that can be read, and the name of the job; nil where there is no
    /// epoch. Costs a look at the manifest, and the bytes of that state.
    ///
    /// Any error in reading makes it try the next older epoch, also one that passes, as where no more files may be open.
    /// Throws `checkpoint_damaged`, whatever the cause, where there are epochs and none can be read.
    package static func state(
        _ name: String, of directory: String, files: any FileSystem
    ) throws -> (job: String, changes: [StateChange])? {
        let reading = EpochReading(directory: directory, files: files)
        var damage: (any Error)?
        for epoch in try reading.epochs() where epoch > 0 {
            do {
                return try state(name, ofEpoch: epoch, reading)
            } catch { damage = damage ?? error }
        }
        guard let damage else { return nil }
        throw damage as? MillraceError ?? CheckpointErrors.damaged(directory, what: "\(damage)")
    }

    private static func state(
        _ name: String, ofEpoch epoch: UInt64, _ reading: EpochReading
    ) throws -> (job: String, changes: [StateChange]) {
        var manifest = try reading.manifest(epoch)
        manifest.states = manifest.states.filter { $0.key == name }
        let used = Set(manifest.states.values.flatMap { $0.sections.map(\.blob) })
        manifest.blobs = manifest.blobs.filter { used.contains($0.key) }
        return (manifest.identity.name, try reading.states(of: manifest)[name] ?? [])
    }

    /// Writes it into a new or empty directory; durable on return. Throws `savepoint_exists` for one that is in use.
    package func write(to directory: String, files: any FileSystem) throws {
        if try files.status(directory) != nil, try !files.list(directory).isEmpty {
            throw CheckpointErrors.savepointExists(directory)
        }
        let store = try FileCheckpointStore(directory: directory, files: files, identity: identity)
        _ = try store.restore()
        let changes = epoch.states.keys.sorted().flatMap { epoch.states[$0] ?? [] }
        _ = try store.replace(epoch: epoch.epoch, changes: changes)
    }
}
