/// Equi-join that keeps rows of both inputs. Emits the columns of the left, then those of the right; a semi or anti
/// join emits the left's only.
package struct StreamJoinPlan: Sendable {
    package var kind: JoinPlan.Kind
    /// Both empty: every row meets every row.
    package var leftKeys: [Int]
    package var rightKeys: [Int]
    /// For each key whether NULL equals NULL (IS NOT DISTINCT FROM).
    package var nullSafe: [Bool]
    /// A further condition over the columns of the left, then of the right; nil is true.
    package var residual: PlanExpression?
    package var timing: JoinTiming
    /// Whether each input takes rows back.
    package var leftRetracts: Bool
    package var rightRetracts: Bool
    /// Rows not written for this long are forgotten, silently; nil keeps them.
    package var leftTimeToLiveMilliseconds: Int64?
    package var rightTimeToLiveMilliseconds: Int64?

    package init(
        kind: JoinPlan.Kind, leftKeys: [Int], rightKeys: [Int], nullSafe: [Bool] = [], residual: PlanExpression? = nil,
        timing: JoinTiming = .unbounded, leftRetracts: Bool = false, rightRetracts: Bool = false,
        leftTimeToLiveMilliseconds: Int64? = nil, rightTimeToLiveMilliseconds: Int64? = nil
    ) {
        self.kind = kind
        self.leftKeys = leftKeys
        self.rightKeys = rightKeys
        self.nullSafe = nullSafe
        self.residual = residual
        self.timing = timing
        self.leftRetracts = leftRetracts
        self.rightRetracts = rightRetracts
        self.leftTimeToLiveMilliseconds = leftTimeToLiveMilliseconds
        self.rightTimeToLiveMilliseconds = rightTimeToLiveMilliseconds
    }
}

/// How long a join needs a row.
package enum JoinTiming: Sendable, Hashable {
    /// For good: a partner may come at any time.
    case unbounded
    /// Until no partner can come that is not late: the times of partners differ by so much, right minus left.
    case interval(IntervalBounds)
    /// Until the window of the row closes.
    case window(WindowEnds)
}

/// `right time - left time` lies between two bounds, which are part of the join's residual condition too.
package struct IntervalBounds: Sendable, Hashable {
    package var leftTime: Int
    package var rightTime: Int
    /// Both in microseconds, inclusive.
    package var lower: Int64
    package var upper: Int64
    /// Times are those of the machine and not of the rows.
    package var isProcessingTime: Bool

    package init(leftTime: Int, rightTime: Int, lower: Int64, upper: Int64, isProcessingTime: Bool) {
        self.leftTime = leftTime
        self.rightTime = rightTime
        self.lower = lower
        self.upper = upper
        self.isProcessingTime = isProcessingTime
    }
}

/// The columns that say when the window of a row ends.
package struct WindowEnds: Sendable, Hashable {
    package var left: Int
    package var right: Int
    /// Windows are over instants, shown in the session's zone.
    package var isZoned: Bool

    package init(left: Int, right: Int, isZoned: Bool) {
        self.left = left
        self.right = right
        self.isZoned = isZoned
    }
}

extension JoinPlan.Kind {
    /// Whether rows without a partner are emitted: of the left (0), of the right (1).
    package func keepsUnmatched(_ side: Int) -> Bool {
        switch self {
        case .full: true
        case .left, .anti: side == 0
        case .right: side == 1
        case .inner, .semi: false
        }
    }

    /// Whether the rows are those of the left alone.
    package var emitsLeftOnly: Bool { self == .semi || self == .anti }
    package var emitsPairs: Bool { !emitsLeftOnly }
}

/// Join of each row of the left with the version of the right that held at the row's time, when the watermark has
/// passed it. Emits the columns of the left, then those of the right.
package struct VersionJoinPlan: Sendable {
    /// Whether rows without a version are emitted.
    package var isLeft: Bool
    package var leftKeys: [Int]
    /// What the versions are of.
    package var rightKeys: [Int]
    package var nullSafe: [Bool]
    /// Tests the version that was found; nil is true.
    package var residual: PlanExpression?
    package var leftTime: Int
    /// Since when a version holds.
    package var rightTime: Int
    /// A version does not hold yet at the time it begins.
    package var isStrict: Bool

    package init(
        isLeft: Bool, leftKeys: [Int], rightKeys: [Int], nullSafe: [Bool] = [], residual: PlanExpression?,
        leftTime: Int, rightTime: Int, isStrict: Bool = false
    ) {
        self.isStrict = isStrict
        self.isLeft = isLeft
        self.leftKeys = leftKeys
        self.rightKeys = rightKeys
        self.nullSafe = nullSafe
        self.residual = residual
        self.leftTime = leftTime
        self.rightTime = rightTime
    }
}
