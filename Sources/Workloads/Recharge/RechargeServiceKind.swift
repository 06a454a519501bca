/// The five kinds of line an order can leave behind, in the order it walks through them.
package enum RechargeServiceKind: Int, CaseIterable, Sendable {
    case order
    case paymentRequest
    case paymentNotice
    case rechargeRequest
    case rechargeNotice

    /// The value of `serviceName`.
    package var serviceName: String {
        switch self {
        case .order: "orderCreateReq"
        case .paymentRequest: "payReq"
        case .paymentNotice: "payNotifyReq"
        case .rechargeRequest: "reChargeReq"
        case .rechargeNotice: "reChargeNotifyReq"
        }
    }

    /// Notices carry the moment they were received.
    var isNotice: Bool { self == .paymentNotice || self == .rechargeNotice }
}
