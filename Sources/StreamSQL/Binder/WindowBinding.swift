import Columnar

/// Checks that window functions of both kinds share.
enum WindowBinding {
    /// Milliseconds of an interval argument.
    static func interval(_ value: PlanExpression, _ name: String, at range: SourceRange) throws(SQLError) -> Int64 {
        guard case .literal(.int64(let milliseconds), let type) = value, type.logical == .intervalMilliseconds else {
            throw SQLError(
                .type, "\(name) takes a constant interval of days to seconds", at: range,
                hint: "for example INTERVAL '10' SECOND")
        }
        return milliseconds
    }

    /// A thousand years.
    private static let longestMilliseconds: Int64 = 366_000 * 86_400_000
    /// Windows that hold one row, and slices that make up one window.
    private static let mostWindows: Int64 = 100_000

    /// The shape of a window from its sizes in the order of the call. In GROUP BY the size of HOP may be any.
    static func shape(
        _ name: String, _ sizes: [Int64], offset: Int64, isGroupWindow: Bool = false, at range: SourceRange
    ) throws(SQLError) -> WindowShape {
        guard let size = sizes.last, sizes.allSatisfy({ $0 > 0 }) else {
            throw SQLError(.semantics, "the sizes of \(name) must be greater than zero", at: range)
        }
        guard size <= longestMilliseconds, offset.magnitude <= longestMilliseconds.magnitude else {
            throw SQLError(.limit, "the sizes of \(name) can be at most 366000 days", at: range)
        }
        if name == "SESSION" { return .session(gap: size) }
        if name == "TUMBLE" {
            guard offset.magnitude < size.magnitude else {
                throw SQLError(.semantics, "the offset of TUMBLE must be less than its size", at: range)
            }
            return .tumble(size: size, offset: offset)
        }
        let step = sizes[0]
        guard size / greatestCommonDivisor(size, step) <= mostWindows else {
            throw SQLError(.limit, "a row can be in at most \(mostWindows) windows", at: range)
        }
        guard size % step == 0 || isGroupWindow else {
            let part = name == "HOP" ? "slide" : "step"
            throw SQLError(.semantics, "the size of \(name) must be a multiple of its \(part)", at: range)
        }
        return name == "HOP"
            ? .hop(slide: step, size: size, offset: offset) : .cumulate(step: step, size: size, offset: offset)
    }

    private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
        var (x, y) = (a, b)
        while y != 0 { (x, y) = (y, x % y) }
        return x
    }

    static func requireTime(_ column: RelationColumn, _ name: String, at range: SourceRange) throws(SQLError) {
        switch column.time {
        case .rowTime, .processingTime: return
        case .none:
            throw SQLError(
                .semantics, "\(name) needs a time attribute, and '\(column.name)' is a plain \(column.type.logical)",
                at: range, hint: "declare it with WATERMARK FOR \(column.name) AS … in CREATE TABLE")
        }
    }
}
