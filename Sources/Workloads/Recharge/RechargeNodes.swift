/// Which node logs which line.
///
/// The real system has 11 nodes for PC customers, 8 for mobile ones and 4 that talk to payment services and the
/// provinces; fewer or more nodes are split in the same proportion. A single node logs everything, two share
/// customers and notices.
struct RechargeNodes {
    /// Orders from PCs, as a bound on a sixteen-bit draw: 45 %.
    static let pcDraws = 29_491

    let pc: Range<Int>
    let mobile: Range<Int>
    let notification: Range<Int>

    init(count: Int) {
        if count < 3 {
            pc = 0..<1
            mobile = 0..<1
            notification = (count - 1)..<count
            return
        }
        let notifying = max(1, (count * 4 + 11) / 23)
        let mobiles = max(1, (count * 8 + 11) / 23)
        let pcs = count - notifying - mobiles
        pc = 0..<pcs
        mobile = pcs..<(pcs + mobiles)
        notification = (pcs + mobiles)..<count
    }

    var count: Int { notification.upperBound }

    /// The node that logs a line.
    @inline(__always)
    func node(of line: RechargeLine) -> Int {
        switch line.kind {
        case .order, .paymentRequest:
            let group = line.order.channelDraw < RechargeNodes.pcDraws ? pc : mobile
            return group.lowerBound &+ line.order.random.word(5).pick(16, below: group.count)
        case .paymentNotice, .rechargeRequest, .rechargeNotice:
            return notification.lowerBound &+ line.serial.pick(32, below: notification.count)
        }
    }
}
