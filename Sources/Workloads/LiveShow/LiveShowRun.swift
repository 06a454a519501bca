/// The moving parts of one run: records falling due, and the files of the two topics.
struct LiveShowRun: ~Copyable {
    /// How busy each hour of the day in Shanghai is, in hundredths: the evening is prime time.
    private static let hours = [
        90, 60, 38, 24, 18, 20, 32, 52, 68, 78, 84, 96, 112, 106, 94, 92, 98, 108, 128, 158, 186, 198, 182, 136,
    ]
    /// Records fall due at every this many milliseconds.
    private static let grain: Int64 = 10
    /// One record, in the unit that falls due.
    private static let whole: UInt64 = 1 << 32

    private let options: LiveShowOptions
    private let digits = DigitTable()
    private var visits: NodeLog
    private var gifts: NodeLog
    /// Records still to write.
    private var remaining: Int
    private var number: UInt64 = 0
    private var due: UInt64 = 0
    /// What falls due in each grain of the current second.
    private var density: UInt64 = 0
    /// The current second as the records write it.
    private var time: [UInt8] = []
    /// The first moment not yet produced, in milliseconds since 1970.
    private(set) var nextMoment: Int64
    var progress = LiveShowGenerator.Progress()

    /// Opens the files of both topics.
    static func open(_ options: LiveShowOptions) throws(WorkloadError) -> LiveShowRun {
        let visits = try NodeLog.open(
            directory: options.outputDirectory, name: "live_streaming_log.ndjson", rotateBytes: options.rotateBytes,
            keepExisting: options.keepsFiles)
        let gifts = try NodeLog.open(
            directory: options.outputDirectory, name: "live_gift_total.ndjson", rotateBytes: options.rotateBytes,
            keepExisting: options.keepsFiles)
        return LiveShowRun(options, visits: visits, gifts: gifts)
    }

    private init(_ options: LiveShowOptions, visits: consuming NodeLog, gifts: consuming NodeLog) {
        self.options = options
        self.visits = visits
        self.gifts = gifts
        remaining = options.count ?? Int.max
        nextMoment = options.start &- Int64(options.historySeconds) &* 1_000
        begin(second: nextMoment / 1_000)
    }

    var isComplete: Bool { remaining == 0 }

    /// Produces everything up to and including a moment.
    mutating func advance(through last: Int64) throws(WorkloadError) {
        while nextMoment <= last && remaining > 0 {
            if nextMoment % 1_000 < Self.grain { begin(second: nextMoment / 1_000) }
            due &+= density
            while due >= Self.whole && remaining > 0 {
                due &-= Self.whole
                try write()
            }
            nextMoment &+= Self.grain
        }
    }

    /// Hands everything produced to the operating system.
    mutating func flush() throws(WorkloadError) {
        try visits.flush()
        try gifts.flush()
    }

    private mutating func begin(second: Int64) {
        let (day, rest) = ShanghaiTime.split(second &* 1_000)
        time = Array(ShanghaiTime.text(second &* 1_000).utf8.prefix(19))
        // From one hour's share to the next in a straight line, and a minute is up to a quarter off.
        let hour = Int(rest / 3_600_000)
        let into = Int(rest % 3_600_000) / 1_000
        let share = Self.hours[hour] &* (3_600 &- into) &+ Self.hours[(hour &+ 1) % 24] &* into
        let minute = UInt64(bitPattern: day &* 1_440 &+ rest / 60_000)
        let wobble = 750 &+ CounterRandom(seed: options.seed &+ 2, subject: minute).word(0).pick(0, below: 501)
        let perSecond = options.rate * Double(share) / 360_000 * Double(wobble) / 1_000
        density = UInt64(perSecond * Double(Self.grain) / 1_000 * Double(Self.whole))
    }

    private mutating func write() throws(WorkloadError) {
        let record = LiveShowRecord(
            number: number, seed: options.seed, users: options.users, regions: LiveShowRecord.weightedRegions)
        number &+= 1
        remaining &-= 1
        let base = record.isVisit ? visits.free : gifts.free
        let length = time.withUnsafeBufferPointer { time in
            record.render(time: time, digits: digits.characters, into: base)
        }
        progress.bytes &+= length
        if record.isVisit {
            progress.visits &+= 1
            try visits.accept(length)
        } else {
            progress.gifts &+= 1
            try gifts.accept(length)
        }
    }
}
