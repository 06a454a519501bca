/// Drops rows that are sure to be behind: those with a lesser value (with a greater one) than another row of their group
/// that came to the same instance. Rows where the value is NULL pass.
///
/// Put before a join that keeps only rows with the greatest (the least) value of their group over all instances: few rows
/// then travel to it. Which of the rows behind are dropped depends on when they come; that all the leading ones pass does not.
package struct LeadingRowsPlan: Sendable {
    package var groupColumns: [Int]
    /// A column of integers or times.
    package var valueColumn: Int
    package var isGreatest: Bool

    package init(groupColumns: [Int], valueColumn: Int, isGreatest: Bool) {
        self.groupColumns = groupColumns
        self.valueColumn = valueColumn
        self.isGreatest = isGreatest
    }
}
