import Columnar
import StreamSQL

/// Casts of texts to numbers. Short texts are read in registers, eight digits at once; all others the long way.
enum TextNumberKernels {
    /// nil for types that have no kernel of their own.
    static func kernel(to: LogicalType, isTry: Bool) -> Kernel? {
        switch to {
        case .tinyint: integers(Int64(Int8.min), Int64(Int8.max), to, isTry)
        case .smallint: integers(Int64(Int16.min), Int64(Int16.max), to, isTry)
        case .integer: integers(Int64(Int32.min), Int64(Int32.max), to, isTry)
        case .bigint: integers(.min, .max, to, isTry)
        case .double: doubles(isTry)
        default: nil
        }
    }

    private static func integers(_ least: Int64, _ most: Int64, _ to: LogicalType, _ isTry: Bool) -> Kernel {
        { call throws(EvaluationError) in
            try TextCasts.readPlaces(call, to, isTry) { place, row, result in
                if let value = PackedText(place)?.integer, value >= least, value <= most {
                    result.int64[row] = value
                    return true
                }
                let read = NumberParsing.integer(TextView.bytes(at: place), place.pointee.count)
                guard let value = read, value >= least, value <= most else { return false }
                result.int64[row] = value
                return true
            }
        }
    }

    private static func doubles(_ isTry: Bool) -> Kernel {
        { call throws(EvaluationError) in
            try TextCasts.readPlaces(call, .double, isTry) { place, row, result in
                if let decimal = PackedText(place)?.decimal {
                    if let value = NumberParsing.nearest(decimal.digits, tens: 0 &- decimal.scale) {
                        result.float64[row] = decimal.isNegative ? -value : value
                        return true
                    }
                }
                let read = NumberParsing.double(TextView.bytes(at: place), place.pointee.count)
                guard let value = read else { return false }
                result.float64[row] = value
                return true
            }
        }
    }
}
