import ConnectorContract
import Diagnostics

/// The endless scan of the files a pattern names, now and later.
final class TailSource: Source {
    private let layout: ScanLayout
    private let pattern: PathPattern
    private let settings: TailSettings
    private let environment: Environment

    init(layout: ScanLayout, pattern: PathPattern, settings: TailSettings, environment: Environment) {
        self.layout = layout
        self.pattern = pattern
        self.settings = settings
        self.environment = environment
    }

    var isBounded: Bool { false }

    func open(parallelism: Int, positions: [[UInt8]], rejects: any RejectRecorder) throws -> [any SourceReader] {
        let count = max(1, parallelism)
        let marks = try positions.flatMap(TailMark.decode)
        return try (0..<count).map { index in
            let folder = TailFolder(
                pattern: pattern, environment: environment, share: (index, count),
                startsAtEnd: settings.startsAtEnd && positions.isEmpty,
                marks: marks.filter { $0.place.owner(among: count) == index })
            let reader = TailReader(
                folder: folder, layout: layout, settings: settings,
                decoder: try layout.makeDecoder(longestLine: settings.longestLine),
                reporter: RejectReporter(recorder: rejects, table: layout.table, fails: settings.fails),
                environment: environment)
            try reader.discover()
            return reader
        }
    }
}
