import Checkpoints
import Diagnostics
import TestSupport
import Testing

/// Stored bytes from outside give an answer or an error.
struct InspectionTests {
    private let manifests: [[UInt8]]
    private let blobs: [[UInt8]]

    init() throws {
        let files = FaultyFileSystem()
        var run = StoreRun(try EpochHistory(seed: 17, epochs: 20))
        run.run(files)
        let running = files.copy()
        let names = try running.list("/data/job")
        manifests = names.filter { $0.hasPrefix("MANIFEST-") }.compactMap { running.contents(of: "/data/job/" + $0) }
        blobs = names.filter { $0.hasPrefix("blob-") }.compactMap { running.contents(of: "/data/job/" + $0) }
    }

    @Test func whatTheStoreWroteIsAccepted() throws {
        #expect(manifests.count == 3)
        #expect(blobs.count > 3)
        for manifest in manifests { try FileCheckpointStore.inspect(manifest: manifest) }
        var whole = 0
        for blob in blobs where (try? FileCheckpointStore.inspect(blob: blob)) != nil { whole += 1 }
        // The fold under way has no end yet.
        #expect(whole >= blobs.count - 1)
    }

    @Test func anyChangeIsFound() {
        for bytes in manifests {
            for byte in bytes.indices {
                var changed = bytes
                changed[byte] ^= 0x10
                #expect(throws: (any Error).self) { try FileCheckpointStore.inspect(manifest: changed) }
            }
        }
    }

    @Test func sealedBytesNeverTrap() throws {
        var random = SplitMix64(seed: 5)
        let manifest = try #require(manifests.last)
        let body = Array(manifest[16..<(manifest.count - 20)])
        #expect(FileCheckpointStore.sealed(manifestBody: body) == manifest)
        var accepted = 0
        for _ in 0..<4_000 {
            var changed = body
            for _ in 0..<(1 + random.next() % 3) {
                let value = [0, 1, 0x7F, 0x80, 0xFF, UInt8(truncatingIfNeeded: random.next())]
                changed[Int(random.next() % UInt64(changed.count))] = value[Int(random.next() % 6)]
            }
            if random.next() % 4 == 0 { changed.removeLast(Int(random.next() % UInt64(changed.count))) }
            let sealed = FileCheckpointStore.sealed(manifestBody: changed)
            if (try? FileCheckpointStore.inspect(manifest: sealed)) != nil { accepted += 1 }
            let table = FileCheckpointStore.sealed(blobTable: Array(changed.suffix(60)))
            if (try? FileCheckpointStore.inspect(blob: table)) != nil { accepted += 1 }
        }
        #expect(accepted > 0)
        for _ in 0..<2_000 {
            let noise = (0..<(random.next() % 200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(throws: (any Error).self) { try FileCheckpointStore.inspect(manifest: noise) }
            #expect(throws: (any Error).self) { try FileCheckpointStore.inspect(blob: noise) }
        }
    }
}
