import ConnectorContract

/// How far event time had come in an operator, and how many rows came too late: kept with its state, so that after a
/// restart nothing that has fired fires again.
struct WatermarkState {
    var watermark = Watermark.none
    var lateRows = 0

    static let name = "watermark"

    func change() -> StateChange {
        var mark = ByteWriter()
        mark.write(watermark)
        mark.write(UInt64(lateRows))
        return StateChange(name: Self.name, fold: .replace, bytes: mark.bytes)
    }

    /// Takes up the least of the instances' watermarks: up to there everything has fired for certain.
    mutating func restore(_ changes: [StateChange], isFirst: Bool) throws {
        for change in changes where change.fold == .replace && change.name == Self.name {
            var least = Watermark.final
            for part in try EpochCoordinator.parts(of: change.bytes) {
                try part.withUnsafeBytes { buffer in
                    var reader = ByteReader(buffer)
                    least = min(least, try reader.read(Int64.self))
                    let late = try reader.read(UInt64.self)
                    if isFirst { lateRows += Int(truncatingIfNeeded: late) }
                }
            }
            watermark = least == Watermark.final ? Watermark.none : least
        }
    }
}
