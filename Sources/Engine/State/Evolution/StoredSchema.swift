import Columnar
import ConnectorContract
import StreamSQL

/// What the states of an epoch are made of, by the name of the operator; stored beside them.
struct StoredSchema: Equatable {
    static let stateName = "job/schema"
    /// The version of the form below.
    private static let version: UInt32 = 1

    var nodes: [String: NodeState]

    init(_ plan: PhysicalPlan) {
        nodes = [:]
        for node in plan.nodes { nodes[node.name] = node.state }
    }

    var change: StateChange {
        var writer = ByteWriter()
        writer.write(Self.version)
        writer.write(UInt32(truncatingIfNeeded: nodes.count))
        for (name, state) in nodes.sorted(by: { $0.key < $1.key }) {
            writer.write(name)
            writer.write(state.label)
            writer.write(state.condition)
            writer.write(state.feeder)
            writer.write(UInt32(truncatingIfNeeded: state.rows.count))
            for rows in state.rows {
                writer.write(UInt8(rows.areTakenBack ? 1 : 0))
                Self.write(rows.columns, to: &writer)
            }
            Self.write(state.calls, to: &writer)
        }
        return StateChange(name: Self.stateName, fold: .replace, bytes: writer.bytes)
    }

    private static func write(_ pieces: [NodeState.Piece], to writer: inout ByteWriter) {
        writer.write(UInt32(truncatingIfNeeded: pieces.count))
        for piece in pieces {
            writer.write(piece.origin)
            writer.write(piece.label)
            writer.write(piece.kind.rawValue)
            writer.write(piece.beginning.rawValue)
        }
    }

    /// Nil where the epoch has none.
    init?(_ epoch: RestoredEpoch) throws {
        guard let bytes = epoch.states[Self.stateName]?.last?.bytes else { return nil }
        nodes = try bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            let version = try reader.read(UInt32.self)
            guard version == Self.version else {
                throw DamagedBytesError(what: "schema version \(version)", offset: reader.offset)
            }
            var nodes: [String: NodeState] = [:]
            for _ in 0..<(try reader.read(UInt32.self)) {
                let name = try reader.readString()
                var state = NodeState(label: try reader.readString(), condition: try reader.readString())
                state.feeder = try reader.read()
                for _ in 0..<(try reader.read(UInt32.self)) {
                    let areTakenBack = try reader.read(UInt8.self) != 0
                    state.rows.append(NodeState.Rows(columns: try Self.pieces(&reader), areTakenBack: areTakenBack))
                }
                state.calls = try Self.pieces(&reader)
                nodes[name] = state
            }
            return nodes
        }
    }

    private static func pieces(_ reader: inout ByteReader) throws(DamagedBytesError) -> [NodeState.Piece] {
        var pieces: [NodeState.Piece] = []
        for _ in 0..<(try reader.read(UInt32.self)) {
            let origin = try reader.read(UInt64.self)
            let label = try reader.readString()
            guard let kind = PhysicalKind(rawValue: try reader.read(UInt8.self)),
                let beginning = NodeState.Beginning(rawValue: try reader.read(UInt8.self))
            else { throw DamagedBytesError(what: "piece of a state", offset: reader.offset) }
            pieces.append(NodeState.Piece(origin: origin, label: label, kind: kind, beginning: beginning))
        }
        return pieces
    }
}
