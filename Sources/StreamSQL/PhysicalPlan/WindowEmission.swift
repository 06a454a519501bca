/// When windows give results beside once at their end: rows that are changed later.
package struct WindowEmission: Sendable, Hashable {
    /// Open windows give what they have so far, at most once in so many milliseconds; nil: not before their end.
    package var earlyMilliseconds: Int64?
    /// Late rows change what was given at the end, at most once in so many milliseconds.
    package var lateMilliseconds: Int64
    /// For how long behind its end a window takes late rows, in milliseconds of event time.
    package var latenessMilliseconds: Int64

    package init(earlyMilliseconds: Int64?, lateMilliseconds: Int64 = 0, latenessMilliseconds: Int64 = 0) {
        self.earlyMilliseconds = earlyMilliseconds
        self.lateMilliseconds = lateMilliseconds
        self.latenessMilliseconds = latenessMilliseconds
    }
}
