/// What a line that is no SQL asks of the shell.
package enum ShellCommand: Sendable, Equatable {
    case help(topic: String?)
    /// All tables and views, or the columns of one.
    case describe(String?)
    case quit
    case timing(Bool?)
    /// Rows go to a file, or again to the terminal.
    case output(String?)
    case form(String?)
    case file(String)
    case history
    case clear
    case unknown(String)

    /// The letters and words behind the backslash.
    package static let names = ["?", "clear", "d", "dt", "dv", "f", "h", "help", "i", "o", "q", "quit", "s", "timing"]

    /// Reads a line such as `\d orders`; nil when it is SQL.
    package init?(_ line: String) {
        let line = line.trimmed
        guard line.first == "\\" else {
            switch line.lowercased().filter({ !$0.isWhitespace && $0 != ";" }) {
            case "quit", "exit": self = .quit
            case "help": self = .help(topic: nil)
            case "clear": self = .clear
            default: return nil
            }
            return
        }
        let parts = line.dropFirst().split(maxSplits: 1) { $0.isWhitespace }
        let name = parts.first.map(String.init) ?? ""
        var rest = parts.count > 1 ? String(parts[1]).trimmed : ""
        if rest.hasSuffix(";") { rest = String(rest.dropLast()).trimmed }
        let argument = rest.isEmpty ? nil : rest
        switch name {
        case "h", "help", "?": self = .help(topic: argument)
        case "d", "dt", "dv": self = .describe(argument)
        case "q", "quit": self = .quit
        case "timing": self = .timing(argument.map { $0.lowercased() == "on" })
        case "o": self = .output(argument)
        case "f": self = .form(argument)
        case "i": self = argument.map { .file($0) } ?? .unknown("\\i needs the name of a file")
        case "s": self = .history
        case "clear": self = .clear
        default:
            self = .unknown("there is no command \\\(name); \\h lists them")
        }
    }

    package static let overview = """
        SQL ends with a semicolon and may have several lines.

          \\d            tables and views          \\d NAME   columns of one
          \\h            this page                 \\h WORD   statements that begin with WORD
          \\o FILE       rows go to a file (CSV)   \\o        rows are shown again
          \\f FORM       table, csv, ndjson or changelog
          \\i FILE       runs the statements of a file
          \\timing       shows how long each statement takes
          \\s            what was entered before
          \\clear        an empty screen
          \\q            leaves, as does Ctrl-D

        Tab completes words. Up and Down go through what was entered before, Ctrl-R searches it.
        Ctrl-C ends a running query, or drops what is being written.

        """

    /// Statements and how they are written.
    private static let statements: [(String, String)] = [
        ("ALTER TABLE", "ALTER TABLE t ADD|MODIFY (…) | RENAME c TO d | DROP (…) | SET|RESET (…) | RENAME TO u;"),
        ("ALTER VIEW", "ALTER VIEW v RENAME TO w | AS query;"),
        ("CREATE CATALOG", "CREATE CATALOG c WITH ('type' = 'generic_in_memory');"),
        ("CREATE DATABASE", "CREATE DATABASE [IF NOT EXISTS] [c.]d [COMMENT '…'] [WITH (…)];"),
        (
            "CREATE TABLE",
            """
            CREATE [OR REPLACE] [TEMPORARY] TABLE [IF NOT EXISTS] t (
                c TYPE [METADATA [FROM 'key'] [VIRTUAL]] | c AS expression,
                WATERMARK FOR c AS expression, PRIMARY KEY (c) NOT ENFORCED
              ) [PARTITIONED BY (c)] [WITH ('connector' = '…', …)] [LIKE other (…)] [AS query];
            """
        ),
        ("CREATE VIEW", "CREATE [OR REPLACE] [TEMPORARY] VIEW [IF NOT EXISTS] v [(names)] AS query;"),
        ("DESCRIBE", "DESCRIBE [EXTENDED] t; DESCRIBE CATALOG|DATABASE|FUNCTION name;"),
        ("DROP", "DROP TABLE|VIEW|DATABASE|CATALOG [IF EXISTS] name;"),
        ("EXECUTE STATEMENT SET", "EXECUTE STATEMENT SET BEGIN insert; insert; END;"),
        ("EXPLAIN", "EXPLAIN [ESTIMATED_COST, CHANGELOG_MODE, PLAN_ADVICE, JSON_EXECUTION_PLAN] statement;"),
        ("INSERT", "INSERT INTO|OVERWRITE t [(columns)] query;"),
        ("RESET", "RESET ['key'];"),
        (
            "SELECT",
            """
            [WITH name AS (query), …] SELECT [DISTINCT] … FROM … [WHERE …] [GROUP BY …] [HAVING …]
              [UNION [ALL] …] [ORDER BY …] [LIMIT n] [OFFSET n];
            """
        ),
        ("SET", "SET ['key' = 'value'];"),
        ("SHOW", "SHOW TABLES|VIEWS|COLUMNS FROM t|DATABASES|CATALOGS|FUNCTIONS|CREATE TABLE t … [LIKE '…'];"),
        ("USE", "USE [CATALOG] name;"),
    ]

    /// What \h shows for a word.
    package static func help(_ topic: String?) -> String {
        guard let topic else { return overview }
        let wanted = topic.uppercased()
        let found = statements.filter { $0.0.hasPrefix(wanted) || wanted.hasPrefix($0.0) }
        guard !found.isEmpty else {
            return "there is no page about '\(topic)'; there are " + statements.map(\.0).joined(separator: ", ") + "\n"
        }
        return found.map { $0.1 + "\n" }.joined()
    }
}
