package import Diagnostics
import Scripts
import Serving
package import StreamSQL

/// The statements of a shell, run by a server: queries over its result tables, and what those are.
package struct ServerStatements: StatementService {
    private let exchange: HTTPExchange

    /// `address` is `http://host:port`.
    package init(address: String) throws(MillraceError) { exchange = try HTTPExchange(address: address) }

    package func run(_ statement: String) throws(MillraceError) -> StatementResult {
        if let answer = try runOnJobs(statement) { return answer }
        let words = statement.split { $0.isWhitespace }.map { $0.uppercased() }
        if words == ["SHOW", "TABLES"] {
            return StatementResult(columns: ["table name"], rows: try tables().map { [$0.name] })
        }
        if let first = words.first, ["DESCRIBE", "DESC"].contains(first), words.count == 2 {
            let name = statement.split { $0.isWhitespace }[1].filter { $0 != "`" }
            return try describe(name)
        }
        var json = JSONWriter()
        json.beginObject()
        json.key("sql")
        json.string(statement)
        json.endObject()
        return try Self.result(of: try answer("POST", "/api/v1/query", json.bytes))
    }

    package var vocabulary: SessionVocabulary { SessionVocabulary(tables: ((try? tables()) ?? []).map(\.name)) }

    private func tables() throws(MillraceError) -> [(name: String, columns: [JSONValue])] {
        guard case .array(let tables)? = try answer("GET", "/api/v1/tables")["tables"] else { return [] }
        return tables.compactMap { table in
            guard let name = table["name"]?.stringValue, case .array(let columns)? = table["columns"] else {
                return nil
            }
            return (name, columns)
        }
    }

    private func describe(_ name: String) throws(MillraceError) -> StatementResult {
        guard let table = try tables().first(where: { $0.name == name }) else {
            throw MillraceError(
                .user, code: "unknown_table", "the server has no table '\(name)'", hint: "SHOW TABLES lists them")
        }
        return StatementResult(
            columns: ["name", "type"],
            rows: table.columns.map { [$0["name"]?.stringValue ?? "", $0["type"]?.stringValue ?? ""] })
    }

    // MARK: Answers

    static let unclear = MillraceError(
        .system, code: "bad_answer", "the answer is not that of a Millrace server")

    func answer(
        _ method: String, _ path: String, _ json: [UInt8] = []
    ) throws(MillraceError) -> JSONValue {
        let (status, body) = try exchange.send(method, path, json: json)
        let document: JSONValue
        do {
            document = try JSONValue(parsing: body)
        } catch {
            throw Self.unclear
        }
        guard status != 200 else { return document }
        guard let error = document["error"], let message = error["message"]?.stringValue else { throw Self.unclear }
        throw MillraceError(
            .user, code: error["code"]?.stringValue ?? "server", message, hint: error["hint"]?.stringValue,
            file: "sql", line: Self.number(error["line"]), column: Self.number(error["column"]))
    }

    private static func number(_ value: JSONValue?) -> Int? {
        if case .number(let text)? = value { return Int(text) }
        return nil
    }

    static func result(of document: JSONValue) throws(MillraceError) -> StatementResult {
        guard case .array(let columns)? = document["columns"], case .array(let rows)? = document["rows"] else {
            throw unclear
        }
        return StatementResult(
            columns: columns.map { $0["name"]?.stringValue ?? "" },
            rows: rows.map { row in
                guard case .array(let cells) = row else { return [] }
                return cells.map(shown)
            })
    }

    private static func shown(_ value: JSONValue) -> String {
        switch value {
        case .null: "NULL"
        case .bool(let value): value ? "true" : "false"
        case .number(let text): text
        case .string(let text): text
        case .array(let items): "[" + items.map(shown).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.sorted { $0.key < $1.key }.map { "\($0.key)=\(shown($0.value))" }.joined(separator: ", ")
                + "}"
        }
    }
}
