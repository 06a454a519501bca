import Columnar
import Diagnostics
import HTTPTypes
import Hummingbird
import NIOCore
import Tables

/// Tables and queries over them.
extension Responder {
    func tableList() -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.key("tables")
        json.beginArray()
        for table in catalog.names.compactMap({ catalog.table(named: $0) }) {
            json.beginObject()
            json.describe(table)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return .json(json)
    }

    func table(_ name: String, query: Substring) async throws -> Response {
        guard let table = catalog.table(named: name) else { throw ErrorAnswer.unknown("table", name) }
        let limit = try rowLimit(query)
        let bytes = configuration.limits.answerBytes
        let json = try await workers.run(seconds: configuration.limits.querySeconds) {
            var json = JSONWriter()
            json.beginObject()
            json.describe(table)
            json.rows(table.batches(), limit: limit, bytes: bytes)
            json.endObject()
            return json
        }
        return .json(json)
    }

    /// Runs `{"sql":"SELECT …"}`.
    func query(_ request: Request) async throws -> Response {
        let sql = try await self.sql(of: request)
        let runner = runner
        let limits = configuration.limits
        let json = try await workers.run(seconds: limits.querySeconds) {
            let prepared = try runner.prepare(sql)
            var json = JSONWriter()
            json.beginObject()
            json.key("columns")
            json.columns(prepared.fields)
            json.rows(try prepared.run(), limit: limits.answerRows, bytes: limits.answerBytes)
            json.endObject()
            return json
        }
        return .json(json)
    }

    /// The JSON of a request, within the limits.
    func document(of request: Request) async throws -> JSONValue {
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: configuration.limits.bodyBytes)
        } catch is NIOTooManyBytesError {
            throw ErrorAnswer(
                .contentTooLarge, "body_too_large", "the body has more than \(configuration.limits.bodyBytes) bytes")
        }
        do {
            return try JSONValue(
                parsing: Array(body.readableBytesView), maximumDepth: configuration.limits.jsonDepth)
        } catch {
            throw ErrorAnswer(.badRequest, "bad_json", "not valid JSON at byte \(error.offset): \(error.message)")
        }
    }

    private func sql(of request: Request) async throws -> String {
        let document = try await self.document(of: request)
        guard case .object(let members) = document, let sql = members["sql"]?.stringValue, members.count == 1 else {
            throw ErrorAnswer(.badRequest, "bad_request", "expected {\"sql\": \"SELECT …\"} and nothing else")
        }
        guard sql.utf8.count <= configuration.limits.sqlBytes else {
            throw ErrorAnswer(
                .contentTooLarge, "sql_too_long", "the query has more than \(configuration.limits.sqlBytes) bytes")
        }
        return sql
    }

    /// The value of `?limit=`.
    private func rowLimit(_ query: Substring) throws -> Int {
        let limits = configuration.limits
        for part in query.dropFirst().split(separator: "&") {
            guard part.hasPrefix("limit=") else {
                throw ErrorAnswer(.badRequest, "unknown_parameter", "only `limit` can be given")
            }
            guard let limit = Int(part.dropFirst(6)), limit >= 0, limit <= limits.answerRows else {
                throw ErrorAnswer(.badRequest, "bad_limit", "`limit` must be a number from 0 to \(limits.answerRows)")
            }
            return limit
        }
        return limits.tableRows
    }
}

extension JSONWriter {
    /// Name, size, columns and key of a table, as members of an object.
    fileprivate mutating func describe(_ table: ResultTable) {
        key("name")
        string(table.name)
        key("rowCount")
        integer(table.rowCount)
        key("version")
        integer(table.version)
        key("columns")
        columns(table.fields)
        key("key")
        beginArray()
        for position in table.primaryKey { string(table.fields[position].name) }
        endArray()
    }
}
