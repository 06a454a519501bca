package import Diagnostics

/// What expressions read besides their input.
package struct EvaluationContext: Sendable {
    package var clock: any TimeSource
    /// Microseconds; nil before the first watermark. Changed through ``ExpressionEvaluator/currentWatermark`` as time goes on.
    package var currentWatermark: Int64?

    /// What RAND and UUID draw from.
    package var random: any RandomSource

    package init(
        clock: any TimeSource, random: any RandomSource = SystemRandomSource(), currentWatermark: Int64? = nil
    ) {
        self.clock = clock
        self.random = random
        self.currentWatermark = currentWatermark
    }
}
