/// Bytes of one state that go to the store while rows flow, ahead of the epoch they are of.
///
/// An epoch of hundreds of megabytes would otherwise lie in fresh memory until it is cut, and be written from there when
/// it has left the processor's caches; and the last epoch of a job would be written after the last row. The bytes count
/// with the first commit whose changes have them, and with none if there is no such commit.
package protocol StagedState: AnyObject, Sendable {
    /// Bytes taken so far.
    var byteCount: Int { get }

    /// Takes bytes, which may be overwritten afterwards. When it throws, none of them were taken; those taken before stay
    /// good. From one thread at a time, and not after the bytes were handed over in a change.
    func append(_ bytes: UnsafeRawBufferPointer) throws
}

extension CheckpointStore {
    package func stage() -> (any StagedState)? { nil }
}

extension StateChange {
    /// Bytes of the change, wherever they are.
    package var byteCount: Int { staged?.byteCount ?? bytes.count }

    package static func == (a: StateChange, b: StateChange) -> Bool {
        a.name == b.name && a.fold == b.fold && a.bytes == b.bytes && a.staged === b.staged && a.upkeep == b.upkeep
    }
}
