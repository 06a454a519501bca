import Connectors
import Diagnostics
import Scripts
import Serving
import StreamSQL

/// Compares the columns of JSON tables with the members that the first records of their files have, or the newest of their
/// topics.
///
/// A column whose name no record knows is NULL for ever, which nothing else would tell.
enum SampleCheck {
    private static let recordsMax = 200

    /// A warning for each column that seems to be named differently in the data.
    static func warnings(
        _ tables: [DeclaredTable], script: ScriptText, baseDirectory: String, files: any FileSystem
    ) -> [MillraceError] {
        tables.flatMap { table -> [MillraceError] in
            guard ["tail", "filesystem"].contains(table.options["connector"]), table.options["format"] == "json",
                let path = table.options["path"]
            else { return [] }
            let lines = FileSample.lines(of: path, baseDirectory: baseDirectory, files: files)
            return warnings(table, lines: lines.prefix(recordsMax), script: script)
        }
    }

    /// The same for the tables that read topics of the own log.
    static func warnings(
        _ tables: [DeclaredTable], script: ScriptText, queue: any LocalQueue
    ) -> [MillraceError] {
        tables.flatMap { table -> [MillraceError] in
            guard table.options["connector"] == "kafka",
                (table.options["format"] ?? table.options["value.format"]) == "json",
                table.options["properties.bootstrap.servers"].map(queue.isOwn) ?? true, let log = try? queue.log()
            else { return [] }
            let topics = (table.options["topic"] ?? "").split(separator: ";").map(String.init)
            let values = topics.flatMap { TopicSample.values(of: $0, in: log) }
            return warnings(table, lines: values.prefix(recordsMax), script: script)
        }
    }

    private static func warnings(
        _ table: DeclaredTable, lines: some Sequence<[UInt8]>, script: ScriptText
    ) -> [MillraceError] {
        var members: Set<String> = []
        for line in lines {
            guard case .object(let record)? = try? JSONValue(parsing: line) else { continue }
            members.formUnion(record.keys)
        }
        let known = Set(table.columns.map(\.name))
        let unread = members.subtracting(known).sorted()
        return table.columns.compactMap { column in
            guard !members.contains(column.name), let near = nearest(column.name, unread) else { return nil }
            return MillraceError(
                .user, code: "column_not_in_data",
                "no record of \(table.name) has `\(column.name)`, so the column is always NULL; the records have `\(near)`",
                hint: "name the column \(near)", file: script.file, line: Int(column.place.line),
                column: Int(column.place.column))
        }
    }

    /// The member that is nearly the column's name, or that has a word more or less.
    private static func nearest(_ name: String, _ members: [String]) -> String? {
        nearestName(to: name, in: members)
            ?? members.first { member in
                member.utf8.count > 2 && name.utf8.count > 2
                    && (name.hasPrefix(member + "_") || member.hasPrefix(name + "_"))
            }
    }
}
