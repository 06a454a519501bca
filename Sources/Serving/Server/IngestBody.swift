/// The records in the body of a request, as its Content-Type says.
enum IngestBody {
    /// What is wrong with a body, and where.
    struct Problem: Error {
        var message: String
        var line: Int?
    }

    /// Values of records. Lines and elements are checked to be JSON and kept byte by byte; anything else is one record.
    static func values(_ body: [UInt8], type: String, depth: Int) throws(Problem) -> [[UInt8]] {
        switch type {
        case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines":
            return try lines(body, depth: depth)
        case "application/json": return try document(body, depth: depth)
        default: return body.isEmpty ? [] : [body]
        }
    }

    private static func lines(_ body: [UInt8], depth: Int) throws(Problem) -> [[UInt8]] {
        var values: [[UInt8]] = []
        for (number, line) in body.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let value = Array(line.last == 0x0D ? line.dropLast() : line)
            guard value.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
            do throws(JSONSyntaxError) {
                var parser = JSONParser(bytes: value, maximumDepth: depth)
                _ = try parser.document()
            } catch {
                throw Problem(
                    message: "not valid JSON at byte \(error.offset) of line \(number + 1): \(error.message)",
                    line: number + 1)
            }
            values.append(value)
        }
        return values
    }

    private static func document(_ body: [UInt8], depth: Int) throws(Problem) -> [[UInt8]] {
        let start = body.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        do throws(JSONSyntaxError) {
            var parser = JSONParser(bytes: body, maximumDepth: depth)
            guard start == UInt8(ascii: "[") else {
                _ = try parser.document()
                return [body]
            }
            return try parser.elements().map { Array(body[$0]) }
        } catch {
            throw Problem(message: "not valid JSON at byte \(error.offset): \(error.message)", line: nil)
        }
    }
}
