import Columnar
import Diagnostics

/// The types that a field of CSV can have.
enum CSVTypes {
    /// Throws for maps, and for collections inside of others: there is one delimiter between parts, and none between keys and
    /// values.
    static func check(_ field: Field) throws(MillraceError) {
        switch field.type.logical {
        case .array(let element): try checkPart(element, of: field)
        case .row(let parts): for part in parts { try checkPart(part.type, of: field) }
        case .map, .multiset: throw refusal(field, "has no place for keys and values")
        default: return
        }
    }

    private static func checkPart(_ type: DataType, of field: Field) throws(MillraceError) {
        switch type.logical {
        case .array, .row, .map, .multiset: throw refusal(field, "takes plain values in ARRAY and ROW only")
        default: return
        }
    }

    private static func refusal(_ field: Field, _ reason: String) -> MillraceError {
        MillraceError(
            .user, code: "unsupported_type",
            "column '\(field.name)' has type \(field.type), and a field of format csv \(reason)",
            hint: "use format json, or declare the column STRING and CAST the value to it")
    }
}
