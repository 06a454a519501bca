/// What one line says: the facts that are both rendered and counted.
struct RechargeLine {
    let order: RechargeOrder
    let kind: RechargeServiceKind
    var times: RechargeOrder.Times
    /// Index into `RechargeProvince.all`, or its count for the unknown province.
    var province: Int
    /// Fen.
    let fee: Int
    let succeeded: Bool
    let interfaceFailed: Bool
    let malformation: RechargeMalformation?
    /// Random bits of this line alone: the digits of its request number, its address, its node.
    let serial: UInt64
    let noise: UInt64

    var isFuture: Bool { malformation == .futureTimestamp }
}

/// Derives lines from orders: the tables behind province, fee, results and the share of bad lines.
struct RechargeLinePlan {
    /// Province by a 12-bit draw.
    private let provinces: [UInt8]
    /// Fee by a draw below 100.
    private let fees: [Int]
    private let failures: [Int]
    private let malformedPerMillion: UInt64

    init(malformedPerMillion: Int) {
        let total = RechargeProvince.all.reduce(0) { $0 + $1.weight }
        var provinces: [UInt8] = []
        var passed = 0
        for (index, province) in RechargeProvince.all.enumerated() {
            passed += province.weight
            let end = passed * 4_096 / total
            provinces += Array(repeating: UInt8(index), count: end - provinces.count)
        }
        self.provinces = provinces
        let weights = [
            (1_000, 10), (2_000, 12), (3_000, 18), (5_000, 24), (10_000, 24), (20_000, 7), (30_000, 3), (50_000, 2),
        ]
        fees = weights.flatMap { Array(repeating: $0.0, count: $0.1) }
        failures = RechargeProvince.all.map(\.failuresPerMille)
        self.malformedPerMillion = UInt64(malformedPerMillion)
    }

    /// The line of one kind of an order.
    func line(_ kind: RechargeServiceKind, of order: RechargeOrder) -> RechargeLine {
        let lane = UInt64(8 &+ kind.rawValue &* 2)
        let serial = order.random.word(lane)
        let noise = order.random.word(lane &+ 1)
        var province = Int(provinces[order.provinceDraw &>> 4])
        let interfaceFailed = order.interfaceFails(kind)
        let succeeded =
            switch kind {
            case .order, .paymentRequest, .rechargeRequest: !interfaceFailed
            case .paymentNotice: !order.paymentRefused
            case .rechargeNotice: !order.rechargeFails(failuresPerMille: failures[province])
            }
        var times = order.times(kind)
        let malformation = malformation(of: kind, serial: serial, noise: noise)
        if malformation == .unknownProvince { province = RechargeProvince.all.count }
        if malformation == .negativeDuration { times.received = times.start &- 1 &- Int64(serial & 0xFFF) }
        return RechargeLine(
            order: order, kind: kind, times: times, province: province, fee: fees[(order.feeDraw &* 100) &>> 16],
            succeeded: succeeded, interfaceFailed: interfaceFailed, malformation: malformation, serial: serial,
            noise: noise)
    }

    private func malformation(of kind: RechargeServiceKind, serial: UInt64, noise: UInt64) -> RechargeMalformation? {
        guard malformedPerMillion > 0, ((noise &>> 32) &* 1_000_000) &>> 32 < malformedPerMillion else { return nil }
        // Oversized lines would outweigh all others; they get one turn in sixty-four.
        let turn = serial & 63
        if turn == 63 { return .oversizedLine }
        switch turn % 7 {
        case 0: return .truncatedJSON
        case 1: return .missingField
        case 2: return .mistypedField
        case 3: return .invalidUTF8
        case 4: return kind.isNotice ? .negativeDuration : .unknownProvince
        case 5: return .unknownProvince
        default: return .futureTimestamp
        }
    }
}
