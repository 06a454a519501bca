/// One order, derived from its number alone: who buys what, how far it gets and when.
struct RechargeOrder {
    /// When the stage of a line started, was received (notices) and logged; milliseconds since the epoch.
    struct Times {
        var start: Int64
        var received: Int64
        var logged: Int64
    }

    let number: UInt64
    let created: Int64
    let random: CounterRandom
    /// Draws for what is bought.
    let purchase: UInt64
    /// Draws for how far the order gets.
    let fate: UInt64
    /// Draws for interface failures.
    let trouble: UInt64

    init(number: UInt64, created: Int64, seed: UInt64) {
        self.number = number
        self.created = created
        random = CounterRandom(seed: seed, subject: number)
        purchase = random.word(0)
        fate = random.word(1)
        trouble = random.word(2)
    }

    /// Shares of a thousand that leave the path at each step.
    private enum Loss {
        static let abandoned = 490
        static let paymentPageLeft = 230
        static let paymentRefused = 110
    }
    /// Calls of a thousand that fail in the interface itself, by kind.
    private static let interfaceFailures = [12, 20, 10, 25, 15]

    /// Draws of the purchase; how each is used is written where it is read.
    var provinceDraw: Int { purchase.draw(0) }
    var feeDraw: Int { purchase.draw(16) }
    var channelDraw: Int { purchase.draw(32) }
    var gatewayDraw: Int { purchase.draw(48) }

    func interfaceFails(_ kind: RechargeServiceKind) -> Bool {
        // Twelve bits per kind are enough for thousandths.
        let draw = Int((trouble &>> UInt64(kind.rawValue &* 12)) & 0xFFF)
        return (draw &* 1_000) &>> 12 < RechargeOrder.interfaceFailures[kind.rawValue]
    }

    var paymentRefused: Bool { fate.happens(32, perMille: Loss.paymentRefused) }

    func rechargeFails(failuresPerMille: Int) -> Bool { fate.happens(48, perMille: failuresPerMille) }

    /// The kind of line that follows, nil where the order ends.
    func kind(after kind: RechargeServiceKind) -> RechargeServiceKind? {
        switch kind {
        case .order:
            interfaceFails(.order) || fate.happens(0, perMille: Loss.abandoned) ? nil : .paymentRequest
        case .paymentRequest:
            interfaceFails(.paymentRequest) || fate.happens(16, perMille: Loss.paymentPageLeft) ? nil : .paymentNotice
        case .paymentNotice: paymentRefused ? nil : .rechargeRequest
        case .rechargeRequest: interfaceFails(.rechargeRequest) ? nil : .rechargeNotice
        case .rechargeNotice: nil
        }
    }

    /// Lines per thousand orders that the shares above lead to.
    static var linesPerThousandOrders: Double {
        func passes(_ kind: RechargeServiceKind, _ loss: Int) -> Double {
            Double(1_000 - interfaceFailures[kind.rawValue]) * Double(1_000 - loss) / 1_000_000
        }
        let requests = passes(.order, Loss.abandoned)
        let notices = requests * passes(.paymentRequest, Loss.paymentPageLeft)
        let recharges = notices * Double(1_000 - Loss.paymentRefused) / 1_000
        let answers = recharges * passes(.rechargeRequest, 0)
        return (1 + requests + notices + recharges + answers) * 1_000
    }

    /// The times of one of the order's lines.
    func times(_ kind: RechargeServiceKind) -> Times {
        let processing = random.word(3)
        let waiting = random.word(4)
        let orderLogged = created &+ QuantileTable.processing.value(processing.draw(0))
        if kind == .order { return Times(start: created, received: 0, logged: orderLogged) }

        let payStart = orderLogged &+ QuantileTable.think.value(waiting.draw(0))
        if kind == .paymentRequest {
            return Times(
                start: payStart, received: 0, logged: payStart &+ QuantileTable.processing.value(processing.draw(16)))
        }
        let paid = payStart &+ QuantileTable.payment.value(waiting.draw(16))
        let paidLogged = paid &+ QuantileTable.noticeLogging.value(processing.draw(32))
        if kind == .paymentNotice { return Times(start: payStart, received: paid, logged: paidLogged) }

        let rechargeStart = paidLogged &+ QuantileTable.handover.value(waiting.draw(32))
        // A request is logged within 80 ms, which is before the earliest notice (300 ms).
        let requestLogged = rechargeStart &+ QuantileTable.noticeLogging.value(processing.draw(48))
        if kind == .rechargeRequest { return Times(start: rechargeStart, received: 0, logged: requestLogged) }

        let recharged = rechargeStart &+ QuantileTable.recharge.value(waiting.draw(48))
        let logging = QuantileTable.noticeLogging.value(Int(truncatingIfNeeded: processing ^ waiting) & 0xFFFF)
        return Times(start: rechargeStart, received: recharged, logged: recharged &+ logging)
    }
}
