import Columnar
import StreamSQL

/// Casts of numbers and times to texts of any length: digits go from registers into the views.
enum NumberTextKernels {
    /// nil for types that have no kernel of their own.
    static func kernel(from: LogicalType, zone: TimeZoneRules) -> Kernel? {
        switch (from, from.kind) {
        case (.tinyint, _), (.smallint, _), (.integer, _), (.bigint, _): integers
        case (.decimal(_, let scale), .int128): decimals(scale)
        case (.double, _): DoubleTextKernel.doubles
        case (.float, _): DoubleTextKernel.floats
        case (.date, .int64): dates
        case (.timestamp(let precision), .int64): timestamps(precision)
        case (.timestampLTZ(let precision), .int64): zone.isUTC ? timestamps(precision) : instants(precision, zone)
        default: nil
        }
    }

    private static let integers: Kernel = { call in
        let values = NumberOperand(call[0])
        return writeTexts(call) { row, writer in
            let value = values[row]
            if value.magnitude < TextView.shortNumberLimit { return TextView(shortNumber: value) }
            if let text = PackedText(value) { return writer.add(text) }
            return writer.add(upTo: 20) { NumberText.write(value, to: $0) }
        }
    }

    private static func decimals(_ scale: Int) -> Kernel {
        guard let point = DecimalPoint(scale: scale) else { return allDecimals(scale) }
        return { call in
            let values = UnsafePointer(call[0].column.int128)
            let mask = call[0].rowMask
            return writeTexts(call) { row, writer in
                let value = values[row & mask]
                if let text = point.text(value) { return writer.add(text) }
                return writer.add(upTo: NumberText.longest) { NumberText.write(value, scale: scale, to: $0) }
            }
        }
    }

    /// Without a point, or with so many digits behind it that registers are too short.
    private static func allDecimals(_ scale: Int) -> Kernel {
        { call in
            let values = UnsafePointer(call[0].column.int128)
            let mask = call[0].rowMask
            return writeTexts(call) { row, writer in
                writer.add(upTo: NumberText.longest) { NumberText.write(values[row & mask], scale: scale, to: $0) }
            }
        }
    }

    private static let dates: Kernel = { call in
        let values = NumberOperand(call[0])
        return writeTexts(call) { row, writer in
            if let text = PackedText(days: values[row]) { return writer.add(text) }
            return writer.add(upTo: TimeText.longest) { TimeText.write(days: values[row], to: $0) }
        }
    }

    private static func timestamps(_ precision: Int) -> Kernel {
        { call in
            let values = NumberOperand(call[0])
            return writeTexts(call) { row, writer in
                writer.add(upTo: TimeText.longest) {
                    TimeText.write(microseconds: values[row], precision: precision, to: $0)
                }
            }
        }
    }

    /// As the session's zone shows them.
    private static func instants(_ precision: Int, _ zone: TimeZoneRules) -> Kernel {
        { call in
            let conversion = call.remembered { ZoneConversion(zone) }
            let values = NumberOperand(call[0])
            return writeTexts(call) { row, writer in
                let local = conversion.local(values[row])
                return writer.add(upTo: TimeText.longest) {
                    TimeText.write(microseconds: local, precision: precision, to: $0)
                }
            }
        }
    }
}
