import Columnar
import ConnectorContract
import Synchronization
import Tables

/// Keeps the rows of a SELECT with the epochs, and shows them when all of them are there.
final class RehearsedSink: Sink {
    private struct State {
        /// What belongs to earlier epochs, and what came since.
        var kept: [UInt8] = []
        var fresh: [UInt8] = []
    }

    private let fields: [Field]
    private let codec: RowCodec
    private let shown: any Sink
    private let store: RehearsalStore
    private let state = Mutex(State())

    init(fields: [Field], shown: any Sink, store: RehearsalStore) {
        self.store = store
        self.fields = fields
        self.shown = shown
        codec = RowCodec(fields: fields)
    }

    var guarantee: String { "for rehearsals" }

    func write(_ batch: Batch) throws {
        try codec.check(batch, table: "result")
        state.withLock { state in
            for row in 0..<batch.rowCount {
                var bytes: [UInt8] = []
                codec.encode(batch, row: row, into: &bytes)
                var writer = ByteWriter()
                writer.write(batch.kind(row).rawValue)
                writer.write(bytes)
                state.fresh += writer.bytes
            }
        }
    }

    func snapshot(epoch: UInt64) throws -> [StateChange] {
        state.withLock { state in
            guard !state.fresh.isEmpty else { return [] }
            state.kept += state.fresh
            defer { state.fresh = [] }
            return [StateChange(name: "rows", fold: .append, bytes: state.fresh)]
        }
    }

    func committed(epoch: UInt64) throws {}

    func restore(_ changes: [StateChange]) throws {
        state.withLock { $0.kept = changes.flatMap(\.bytes) }
    }

    func finish() throws {
        guard store.isLastLife else { return }
        let bytes = state.withLock { $0.kept + $0.fresh }
        try bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            while reader.remaining > 0 {
                let heap = ByteHeap()
                let columns = fields.map { Column($0.type.nullable(true), capacity: 1) }
                for column in columns where column.kind == .text { column.owners = [heap] }
                let kind = try reader.read(UInt8.self)
                let count = Int(try reader.read(UInt32.self))
                try codec.decode(try reader.readRaw(count), into: columns, row: 0, heap: heap)
                try shown.write(Batch(columns: columns, rowCount: 1, kinds: [kind]))
            }
        }
        try shown.finish()
    }
}
