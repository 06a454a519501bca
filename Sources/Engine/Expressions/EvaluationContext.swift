package import Diagnostics

/// What expressions read besides their input.
package struct EvaluationContext: Sendable {
    package var clock: any TimeSource
    /// Microseconds; nil before the first watermark. Changed through ``ExpressionEvaluator/currentWatermark`` as time goes on.
    package var currentWatermark: Int64?

    package init(clock: any TimeSource, currentWatermark: Int64? = nil) {
        self.clock = clock
        self.currentWatermark = currentWatermark
    }
}
