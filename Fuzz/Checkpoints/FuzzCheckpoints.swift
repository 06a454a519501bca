import Checkpoints
import FuzzSupport

/// The first byte chooses what the rest is: a manifest, a blob, either of them with right checksums around it, or
/// damage to a directory that a store has written.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCheckpoints(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    guard let choice = input.first else { return 0 }
    let rest = Array(input.dropFirst())
    switch choice % 5 {
    case 0: try? FileCheckpointStore.inspect(manifest: rest)
    case 1: try? FileCheckpointStore.inspect(manifest: SealedFiles.manifest(holding: rest))
    case 2: try? FileCheckpointStore.inspect(blob: rest)
    case 3: try? FileCheckpointStore.inspect(blob: SealedFiles.blob(holding: rest))
    default: DamagedDirectory().run(edits: rest)
    }
    return 0
}
