import Columnar
import StreamSQL

/// From calls to states. The one place that knows all kinds.
enum AggregateStates {
    static func make(
        _ call: AggregateCall, inputRetracts: Bool, seed: UInt64, tracksChanges: Bool
    ) -> any AggregateState {
        // The extreme of distinct values is the extreme of all.
        guard call.isDistinct, call.function != .minimum, call.function != .maximum else {
            return plain(call, inputRetracts, seed, tracksChanges)
        }
        return DistinctState(
            call, inner: plain(call, inputRetracts, seed, tracksChanges), seed: seed, tracksChanges: tracksChanges)
    }

    private static func plain(
        _ call: AggregateCall, _ inputRetracts: Bool, _ seed: UInt64, _ tracksChanges: Bool
    ) -> any AggregateState {
        switch call.function {
        case .countRows, .count: return CountState()
        case .sum, .average, .sumOrZero: return sum(call)
        case .minimum, .maximum:
            return inputRetracts
                ? RetractableExtremeState(call, seed: seed, tracksChanges: tracksChanges) : ExtremeState(call)
        case .firstValue, .lastValue:
            return inputRetracts
                ? ListState(call, retracts: true, seed: seed, tracksChanges: tracksChanges) : FirstLastState(call)
        case .listAggregate, .arrayAggregate, .jsonArray:
            return ListState(call, retracts: inputRetracts, seed: seed, tracksChanges: tracksChanges)
        case .jsonObject:
            return JSONObjectState(call, retracts: inputRetracts, seed: seed, tracksChanges: tracksChanges)
        case .percentile, .collect: return ValueBagState(call, seed: seed, tracksChanges: tracksChanges)
        }
    }

    private static func sum(_ call: AggregateCall) -> any AggregateState {
        switch call.partialSumType.kind {
        case .float64:
            call.function != .average && call.resultType.logical == .float
                ? SumState<FloatSum>(call) : SumState<Double>(call)
        case .int128: SumState<Int128>(call)
        default: SumState<Int64>(call)
        }
    }
}
