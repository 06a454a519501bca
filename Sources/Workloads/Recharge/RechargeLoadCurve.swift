/// How many orders are created per millisecond at a moment, in 2^32ths of an order.
struct RechargeLoadCurve {
    /// Hundredths of the day's average at each full hour; in between, straight lines.
    private static let hours: [UInt64] = [
        45, 28, 17, 12, 9, 14, 32, 62, 102, 142, 172, 176,
        162, 136, 130, 132, 134, 136, 144, 168, 186, 166, 118, 76,
    ]
    /// The average of `hours` is this over 24.
    private static let hoursTotal = hours.reduce(0, +)

    private let average: UInt64
    private let load: RechargeOptions.Load
    private let seed: UInt64

    /// `average` is the number of orders per millisecond over an ordinary day, in 2^32ths.
    init(average: UInt64, load: RechargeOptions.Load, seed: UInt64) {
        self.average = average
        self.load = load
        self.seed = seed
    }

    /// The density of orders during a second since the epoch.
    func density(second: Int64) -> UInt64 {
        // Ten per cent up or down from one second to the next, as real traffic has.
        let noise = CounterRandom(seed: seed &+ 7, subject: UInt64(bitPattern: second)).word(0).pick(0, below: 201)
        let shaped = RechargeLoadCurve.factor(second: second, load: load) &* average / 1_000
        return shaped &* UInt64(900 + noise) / 1_000
    }

    /// The density relative to the average, in thousandths.
    static func factor(second: Int64, load: RechargeOptions.Load) -> UInt64 {
        guard load == .dayCurve else { return 1_000 }
        let (day, millisecond) = ShanghaiTime.split(second &* 1_000)
        let minute = UInt64(millisecond / 60_000)
        let hour = Int(minute / 60)
        let here = hours[hour]
        let there = hours[(hour + 1) % 24]
        let hundredths60 = here &* (60 - minute % 60) &+ there &* (minute % 60)
        let factor = hundredths60 &* 24 &* 1_000 / (60 &* hoursTotal)
        return isTurnOfMonth(day) ? factor &* 3 / 2 : factor
    }

    /// The first two days and the last two days of a month.
    private static func isTurnOfMonth(_ day: Int64) -> Bool {
        ShanghaiTime.civil(day).day <= 2 || ShanghaiTime.civil(day &+ 2).day <= 2
    }
}
