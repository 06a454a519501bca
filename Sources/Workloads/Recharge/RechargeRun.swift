/// The moving parts of one run: orders arriving, their lines waiting for their moment, and the logs.
struct RechargeRun: ~Copyable {
    /// What a waiting entry asks for: the kind of line in the low bits, and how to treat it.
    private enum Task {
        static let kindBits: UInt32 = 7
        /// Only write the line, late; the order has gone on already.
        static let late: UInt32 = 8
        /// Write the line again.
        static let duplicate: UInt32 = 16
    }

    private let options: RechargeOptions
    private let plan: RechargeLinePlan
    private let nodes: RechargeNodes
    private var queue = CalendarQueue(limit: RechargeOptions.Limits.waiting)
    private let curve: RechargeLoadCurve
    private var renderer = RechargeLineRenderer()
    private var logs: NodeLogs
    private(set) var oracle: RechargeOracle
    /// Lines still to write.
    private var remaining: Int
    private var oversized = 0

    /// The first moment not yet produced, in milliseconds since the epoch.
    private(set) var nextMoment: Int64
    private var nextOrder: UInt64 = 0
    /// Orders due since the last one, and how much until the next; in 2^32ths of an order.
    private var due: UInt64 = 0
    private var gap: UInt64 = 0
    private var density: UInt64 = 0

    /// Opens the logs of all nodes.
    init(_ options: RechargeOptions) throws(WorkloadError) {
        self.options = options
        plan = RechargeLinePlan(malformedPerMillion: options.malformedPerMillion)
        nodes = RechargeNodes(count: options.nodes)
        let linesPerOrder =
            RechargeOrder.linesPerThousandOrders / 1_000 * Double(1_000 + options.duplicatesPerMille) / 1_000
        let average = options.rate / linesPerOrder / 1_000 * 4_294_967_296
        curve = RechargeLoadCurve(average: UInt64(average), load: options.load, seed: options.seed)
        oracle = RechargeOracle(start: options.start)
        remaining = options.count ?? Int.max
        nextMoment = options.start &- Int64(options.warmUpSeconds) &* 1_000
        gap = RechargeRun.gap(before: 0, seed: options.seed)
        density = curve.density(second: nextMoment / 1_000)
        logs = try NodeLogs(
            directory: options.outputDirectory, count: options.nodes, rotateBytes: options.rotateBytes,
            keepExisting: options.existingFiles == .keep)
    }

    var isComplete: Bool { remaining == 0 }

    /// Lets orders begin before the first moment of the run; only their lines from then on will be written.
    mutating func warmUp() throws(WorkloadError) {
        while nextMoment < options.start {
            let moment = nextMoment
            if moment % 1_000 == 0 { density = curve.density(second: moment / 1_000) }
            due &+= density
            while due >= gap {
                let order = arrive(at: moment)
                var kind: RechargeServiceKind? = .order
                while let stage = kind {
                    let logged = order.times(stage).logged
                    if logged >= options.start {
                        try enqueue(order, UInt32(stage.rawValue), at: logged, now: options.start &- 1)
                        break
                    }
                    kind = order.kind(after: stage)
                }
            }
            nextMoment = moment &+ 1
        }
    }

    /// Produces everything up to and including a moment.
    mutating func advance(through last: Int64) throws(WorkloadError) {
        while nextMoment <= last && remaining > 0 {
            let moment = nextMoment
            if moment % 1_000 == 0 { density = curve.density(second: moment / 1_000) }
            due &+= density
            while due >= gap {
                let order = arrive(at: moment)
                try enqueue(
                    order, UInt32(RechargeServiceKind.order.rawValue), at: order.times(.order).logged, now: moment)
            }
            while remaining > 0, let entry = queue.take(at: moment) { try treat(entry, at: moment) }
            nextMoment = moment &+ 1
        }
        oracle.eventTime = max(options.start, nextMoment &- 1)
    }

    /// The next order, created at a moment.
    private mutating func arrive(at moment: Int64) -> RechargeOrder {
        due &-= gap
        let order = RechargeOrder(number: nextOrder, created: moment, seed: options.seed)
        nextOrder &+= 1
        gap = RechargeRun.gap(before: nextOrder, seed: options.seed)
        return order
    }

    /// Puts everything produced into the files.
    mutating func flush() throws(WorkloadError) {
        for node in 0..<logs.count { try logs[node].flush() }
    }

    private static func gap(before order: UInt64, seed: UInt64) -> UInt64 {
        let draw = CounterRandom(seed: seed &+ 3, subject: order).word(0).draw(0)
        return UInt64(QuantileTable.gap.value(draw)) &<< 16
    }

    private mutating func enqueue(
        _ order: RechargeOrder, _ task: UInt32, at moment: Int64, now: Int64
    ) throws(WorkloadError) {
        let entry = CalendarQueue.Entry(order: order.number, created: order.created, task: task)
        if !queue.plan(entry, at: moment, now: now) {
            throw WorkloadError(
                .limit, "more than \(RechargeOptions.Limits.waiting) lines wait for their time; lower the rate")
        }
    }

    private mutating func treat(_ entry: CalendarQueue.Entry, at moment: Int64) throws(WorkloadError) {
        guard let kind = RechargeServiceKind(rawValue: Int(entry.task & Task.kindBits)) else { return }
        let order = RechargeOrder(number: entry.order, created: entry.created, seed: options.seed)
        let isFirst = entry.task & (Task.late | Task.duplicate) == 0
        if isFirst, let next = order.kind(after: kind) {
            try enqueue(order, UInt32(next.rawValue), at: order.times(next).logged, now: moment)
        }
        let line = plan.line(kind, of: order)
        if isFirst && line.noise.happens(0, perMille: options.latePerMille) {
            let delay = 5_000 &+ Int64(line.serial.pick(16, below: 55_000))
            return try enqueue(order, UInt32(kind.rawValue) | Task.late, at: moment &+ delay, now: moment)
        }
        if entry.task & Task.duplicate != 0 {
            try repeatLine(line)
        } else {
            try write(line, late: !isFirst, at: moment)
        }
    }

    /// Writes a line for the first time, and plans its second.
    private mutating func write(_ line: RechargeLine, late: Bool, at moment: Int64) throws(WorkloadError) {
        let node = nodes.node(of: line)
        let length = renderer.render(line, machine: node, into: logs[node].free)
        try logs[node].accept(length)
        oracle.record(line, bytes: length, late: late)
        remaining &-= 1
        if let malformation = line.malformation, malformation.isRejected, remaining > 0 {
            try writeRejected(malformation, beside: line, node: node)
        }
        if line.noise.happens(16, perMille: options.duplicatesPerMille) && !line.isFuture {
            let delay = 200 &+ Int64(line.serial.pick(0, below: 30_000))
            try enqueue(line.order, UInt32(line.kind.rawValue) | Task.duplicate, at: moment &+ delay, now: moment)
        }
    }

    /// Writes a line again, one time in four into the file of another node.
    private mutating func repeatLine(_ line: RechargeLine) throws(WorkloadError) {
        let node = nodes.node(of: line)
        let target = line.serial & 3 == 0 ? (node &+ 1) % nodes.count : node
        let length = renderer.render(line, machine: node, into: logs[target].free)
        try logs[target].accept(length)
        oracle.recordDuplicate(bytes: length)
        remaining &-= 1
    }

    private mutating func writeRejected(
        _ wanted: RechargeMalformation, beside line: RechargeLine, node: Int
    ) throws(WorkloadError) {
        var malformation = wanted
        if malformation == .oversizedLine {
            if oversized < RechargeMalformation.oversizedLimit { oversized += 1 } else { malformation = .truncatedJSON }
        }
        // An order of its own, so that no good line is taken for its repetition.
        let order = RechargeOrder(number: line.order.number | 1 << 62, created: line.order.created, seed: options.seed)
        let good = plan.line(line.kind, of: order)
        let bytes = [UInt8](unsafeUninitializedCapacity: LineCursor.longestLine) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            count = renderer.render(good, machine: node, into: base)
        }
        let bad = RechargeMalformedLine.make(malformation, from: bytes, draw: line.serial)
        try logs[node].append(bad)
        oracle.recordRejected(malformation, bytes: bad.count)
        remaining &-= 1
    }
}
