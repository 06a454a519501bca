import ConnectorContract
import Diagnostics

extension JobSeeds {
    private static let stateName = "job/seeds"

    init(random: any RandomSource) {
        self.init(exchange: random.next(), fingerprint: random.next(), table: random.next())
    }

    /// The seeds as they are stored with each epoch.
    var change: StateChange {
        var writer = ByteWriter()
        writer.write(exchange)
        writer.write(fingerprint)
        writer.write(table)
        return StateChange(name: Self.stateName, fold: .replace, bytes: writer.bytes)
    }

    /// The seeds of the restored epoch; nil when there is none.
    static func restored(from epoch: RestoredEpoch?) throws -> JobSeeds? {
        guard let bytes = epoch?.states[stateName]?.last?.bytes else { return nil }
        return try bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            return JobSeeds(exchange: try reader.read(), fingerprint: try reader.read(), table: try reader.read())
        }
    }
}
