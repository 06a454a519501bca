package import ConnectorContract
package import Diagnostics
import Synchronization

/// Epochs in a directory: immutable, checksummed blobs, and one manifest for each epoch that makes it real.
///
/// A commit writes the changes of all states into one blob and syncs it, writes the manifest under another name and
/// syncs it, renames it and syncs the directory: two syncs and one of the directory. Small changes are folded into
/// larger sections as commits go by. The newest three manifests stay, with everything they refer to.
///
/// When a commit throws, the files of the attempt are given up and the changes are kept: the caller goes on with the
/// next epoch and hands over only what is new. `disk_full` and `checkpoint_write_failed` say so; the third failure in
/// a row, and damage of stored state, throw an error that every later commit throws again. A failed epoch may still
/// be found after a crash, when its rename reached the disk: it was whole then, and nothing of it had been published.
package final class FileCheckpointStore: CheckpointStore {
    private let core: Mutex<StoreCore>
    /// What staging needs without waiting for a commit.
    private let directory: String
    private let files: any FileSystem
    private let numbers: BlobNumbers

    /// Takes the lock of the directory, creating it; throws `checkpoints_locked` when another process has it.
    package init(
        directory: String, files: any FileSystem, identity: JobIdentity, policy: FoldPolicy = FoldPolicy()
    ) throws {
        let opened = try StoreCore.open(directory: directory, files: files, identity: identity, policy: policy)
        self.directory = directory
        self.files = files
        numbers = opened.numbers
        core = Mutex(opened)
    }

    package func restore() throws -> RestoredEpoch? {
        try core.withLock { try $0.restore() }
    }

    package func commit(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt {
        try core.withLock { try $0.commit(epoch: epoch, changes: changes) }
    }

    package func replace(epoch: UInt64, changes: [StateChange]) throws -> EpochReceipt {
        try core.withLock { try $0.replace(epoch: epoch, changes: changes) }
    }

    /// Nil where no file can be made: the bytes then go with their commit, which tells why.
    package func stage() -> (any StagedState)? {
        try? StagedSection(numbers, files: files) { directory + "/" + CheckpointFileName.blob($0).text }
    }

    package var warnings: [String] { core.withLock { $0.warnings } }

    /// All that went wrong without stopping the store, counted.
    package var warningCount: Int { core.withLock { $0.warningCount } }

    /// Sections that make up each state, and their bytes: how far folding has come.
    package var chains: [String: (sections: Int, bytes: UInt64)] {
        core.withLock { $0.states.mapValues { ($0.sections.count, $0.bytes) } }
    }

    /// Reads any bytes as a manifest; throws for all that no store has written.
    package static func inspect(manifest bytes: [UInt8]) throws { try CheckpointInspection.manifest(bytes) }

    /// Reads any bytes as a blob; throws for all that no store has written.
    package static func inspect(blob bytes: [UInt8]) throws { try CheckpointInspection.blob(bytes) }

    /// Any bytes as the body of a manifest whose checksums are right; for tests that would not get past them.
    package static func sealed(manifestBody body: [UInt8]) -> [UInt8] {
        CheckpointInspection.sealedManifest(body: body)
    }

    /// Any bytes as the table of a blob whose checksum is right; for tests that would not get past it.
    package static func sealed(blobTable table: [UInt8]) -> [UInt8] { CheckpointInspection.sealedBlob(table: table) }
}
