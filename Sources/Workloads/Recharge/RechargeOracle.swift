/// The exact metrics of the lines written so far, counted from the orders themselves and not from the text.
///
/// Every distinct valid line counts once, however often it was written. `lines` is always the sum of
/// `uniqueLines`, `duplicates`, `futureLines` and the rejected kinds of `malformed`.
package struct RechargeOracle: Sendable {
    /// The spread of a duration in milliseconds; lines with a negative one are left out.
    package struct Durations: Sendable, Equatable {
        package var count = 0
        package var sum: Int64 = 0
        package var smallest = Int64.max
        package var largest = Int64.min

        @inline(__always)
        mutating func add(_ milliseconds: Int64) {
            count &+= 1
            sum &+= milliseconds
            smallest = min(smallest, milliseconds)
            largest = max(largest, milliseconds)
        }
    }

    /// Recharge notices of a minute or a province.
    package struct Recharges: Sendable, Equatable {
        package var orders = 0
        package var successes = 0
        package var amountFen: Int64 = 0

        package var failures: Int { orders - successes }

        @inline(__always)
        mutating func add(succeeded: Bool, fee: Int) {
            orders &+= 1
            if succeeded {
                successes &+= 1
                amountFen &+= Int64(fee)
            }
        }
    }

    /// Calls of an interface and those that failed in it.
    package struct Calls: Sendable, Equatable {
        package var calls = 0
        package var failures = 0

        @inline(__always)
        mutating func add(failed: Bool) {
            calls &+= 1
            failures &+= failed ? 1 : 0
        }
    }

    /// Lines in the files, of every sort.
    package internal(set) var lines = 0
    /// Distinct well-formed lines, those of 2099 apart.
    package internal(set) var uniqueLines = 0
    /// Lines written again.
    package internal(set) var duplicates = 0
    /// Lines first written 5 s to 60 s after their `logOutTime`.
    package internal(set) var late = 0
    /// Bytes in the files.
    package internal(set) var bytes = 0
    /// Lines from 2099, which nothing else counts.
    package internal(set) var futureLines = 0
    /// Lines by `RechargeMalformation.rawValue`.
    package internal(set) var malformed = [Int](repeating: 0, count: RechargeMalformation.allCases.count)

    package internal(set) var createdOrders = 0
    package internal(set) var recharges = Recharges()
    package internal(set) var rechargeDurations = Durations()
    package internal(set) var rechargeNegativeDurations = 0
    package internal(set) var paymentDurations = Durations()
    package internal(set) var paymentNegativeDurations = 0
    /// Recharge notices by `receiveNotifyTime`.
    package internal(set) var minutes: MinuteTable<Recharges>
    /// Recharge notices by index into `RechargeProvince.all`; the last row is the unknown province.
    package internal(set) var provinces = [Recharges](repeating: Recharges(), count: RechargeProvince.all.count + 1)
    /// Calls by `RechargeServiceKind.rawValue`.
    package internal(set) var interfaces = [Calls](repeating: Calls(), count: RechargeServiceKind.allCases.count)
    /// Calls by `logOutTime`.
    package internal(set) var interfaceMinutes: MinuteTable<Calls>
    /// Event time up to which lines have been written, in milliseconds since the epoch.
    package internal(set) var eventTime: Int64

    init(start: Int64) {
        // A notice may be dated a few seconds before the first moment of the run.
        let firstMinute = start / 60_000 - 10
        minutes = MinuteTable(firstMinute: firstMinute, empty: Recharges())
        interfaceMinutes = MinuteTable(firstMinute: firstMinute, empty: Calls())
        eventTime = start
    }

    package var rejectedLines: Int {
        RechargeMalformation.allCases.reduce(0) { $0 + ($1.isRejected ? malformed[$1.rawValue] : 0) }
    }

    /// Counts the first writing of a well-formed line.
    @inline(__always)
    mutating func record(_ line: RechargeLine, bytes: Int, late isLate: Bool) {
        lines &+= 1
        self.bytes &+= bytes
        if let malformation = line.malformation, !malformation.isRejected {
            malformed[malformation.rawValue] &+= 1
            if malformation == .futureTimestamp {
                futureLines &+= 1
                return
            }
        }
        uniqueLines &+= 1
        late &+= isLate ? 1 : 0
        interfaces[line.kind.rawValue].add(failed: line.interfaceFailed)
        interfaceMinutes.update(minute: line.times.logged / 60_000) { $0.add(failed: line.interfaceFailed) }
        let duration = line.times.received &- line.times.start
        switch line.kind {
        case .order: createdOrders &+= 1
        case .paymentNotice:
            if duration < 0 { paymentNegativeDurations &+= 1 } else { paymentDurations.add(duration) }
        case .rechargeNotice:
            if duration < 0 { rechargeNegativeDurations &+= 1 } else { rechargeDurations.add(duration) }
            recharges.add(succeeded: line.succeeded, fee: line.fee)
            provinces[line.province].add(succeeded: line.succeeded, fee: line.fee)
            minutes.update(minute: line.times.received / 60_000) { $0.add(succeeded: line.succeeded, fee: line.fee) }
        case .paymentRequest, .rechargeRequest: break
        }
    }

    /// Counts a line that was written before.
    mutating func recordDuplicate(bytes: Int) {
        lines &+= 1
        duplicates &+= 1
        self.bytes &+= bytes
    }

    /// Counts an extra line that consumers reject.
    mutating func recordRejected(_ malformation: RechargeMalformation, bytes: Int) {
        lines &+= 1
        malformed[malformation.rawValue] &+= 1
        self.bytes &+= bytes
    }
}
