package import ConnectorContract
import Diagnostics

/// What one table may hold.
package struct TableLimits: Sendable, Equatable {
    package var maximumRows: Int
    /// Bytes of all rows together.
    package var maximumBytes: Int

    /// Rows of a table that does not say `'max-rows'`.
    package static let defaultRows = 1_000_000
    /// The most that `'max-rows'` may say.
    package static let highestRows = 100_000_000

    package init(maximumRows: Int = TableLimits.defaultRows, maximumBytes: Int = 1 << 30) {
        self.maximumRows = maximumRows
        self.maximumBytes = maximumBytes
    }

    /// The limits a table's options ask for.
    package init(_ description: TableDescription) throws {
        self.init()
        guard let text = description.options["max-rows"] else { return }
        guard let rows = Int(text), rows > 0, rows <= Self.highestRows else {
            throw MillraceError(
                .user, code: "bad_option", "'max-rows' of table \(description.name) is '\(text)'",
                hint: "give a number from 1 to \(Self.highestRows)")
        }
        maximumRows = rows
    }
}
