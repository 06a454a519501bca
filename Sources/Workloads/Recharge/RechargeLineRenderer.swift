/// Turns the facts of a line into its bytes: JSON with all values as text, a fixed field order, and a newline.
struct RechargeLineRenderer {
    private let digits = DigitTable()
    private let pcChannels = RechargeVocabulary.pcChannels
    private let mobileChannels = RechargeVocabulary.mobileChannels
    private let gateways = RechargeVocabulary.gateways
    private let rechargeFailures = RechargeVocabulary.rechargeFailures
    private let paymentFailures = RechargeVocabulary.paymentFailures
    private let interfaceFailures = RechargeVocabulary.interfaceFailures
    private let prefixes = RechargeVocabulary.phonePrefixes
    private let provinceCodes = RechargeVocabulary.provinceCodes
    /// The last two days formatted: lines seldom touch a third.
    private var days: (newer: DayText, older: DayText) = (DayText(), DayText())

    /// A day number and its eight characters `yyyyMMdd`.
    private struct DayText {
        var day = Int64.min
        var text: UInt64 = 0
    }

    /// Writes the line at `target`, which has room for `LineCursor.longestLine` bytes; returns its length.
    /// `machine` is the node that logs it.
    mutating func render(_ line: RechargeLine, machine: Int, into target: UnsafeMutablePointer<UInt8>) -> Int {
        let channels = line.order.channelDraw & 0xFFFF < RechargeNodes.pcDraws ? pcChannels : mobileChannels
        let channel = channels[((line.order.channelDraw & 0xFF) &* channels.count) &>> 8]
        let gateway = gateways[line.order.gatewayDraw &>> 14]
        let outcome = outcome(of: line)
        var out = LineCursor(target, digits: digits.characters)
        out.put("{\"bussinessRst\":\"")
        out.put(outcome.business)
        out.put("\",\"channelCode\":\"")
        out.put(channel.code)
        out.put("\",\"chargefee\":\"")
        out.put(number: UInt32(truncatingIfNeeded: line.fee))
        putClientAddress(line, &out)
        out.put("\",\"gateway_id\":\"")
        out.put(gateway.name)
        out.put("\",\"interFacRst\":\"")
        out.put(outcome.interface)
        out.put("\",\"logOutTime\":\"")
        putTime(line.times.logged, line.isFuture, &out)
        out.put("\",\"orderId\":\"")
        putTime(line.order.created, false, &out)
        let sequence = UInt32(line.order.number % 10_000_000)
        out.put(byte: UInt8(truncatingIfNeeded: 48 &+ sequence / 1_000_000))
        out.put3(sequence / 1_000 % 1_000)
        out.put3(sequence % 1_000)
        out.put("\",\"payType\":\"")
        out.put(gateway.payType)
        putPhone(line.order, &out)
        out.put("\",\"provinceCode\":\"")
        out.put(provinceCodes[line.province])
        out.put("\",\"receiveNotifyTime\":\"")
        if line.kind.isNotice { putTime(line.times.received, line.isFuture, &out) }
        out.put("\",\"requestId\":\"")
        putTime(line.times.start, line.isFuture, &out)
        let serial = line.serial.multipliedFullWidth(by: 10_000_000_000).high
        out.put2(UInt32(serial / 100_000_000))
        out.put8(UInt32(serial % 100_000_000))
        out.put("\",\"retMsg\":\"")
        out.put(outcome.message)
        putServer(line, machine, &out)
        out.put("\",\"shouldfee\":\"")
        out.put(number: UInt32(truncatingIfNeeded: line.fee &* gateway.perMille / 1_000))
        out.put("\",\"srcChannel\":\"")
        out.put(channel.source)
        out.put("\",\"sysId\":\"01\",\"terminalType\":\"")
        out.put(channel.terminal)
        putTail(line, channel, &out)
        return out.position - target
    }

    /// The two result codes and the message; an interface that failed explains requests, not notices.
    private func outcome(
        of line: RechargeLine
    ) -> (business: StaticString, interface: StaticString, message: StaticString) {
        let success = RechargeVocabulary.success
        if line.succeeded && !line.interfaceFailed { return (success.code, success.code, success.message) }
        let draw = Int(line.noise & 0xFF)
        let interface = line.interfaceFailed ? interfaceFailures[(draw &* interfaceFailures.count) &>> 8] : success
        if line.succeeded { return (success.code, interface.code, success.message) }
        let failures =
            switch line.kind {
            case .order, .paymentRequest, .rechargeRequest: interfaceFailures
            case .paymentNotice: paymentFailures
            case .rechargeNotice: rechargeFailures
            }
        let business = failures[(draw &* failures.count) &>> 8]
        return (business.code, interface.code, business.message)
    }

    @inline(__always)
    private func putClientAddress(_ line: RechargeLine, _ out: inout LineCursor) {
        let address = line.order.fate
        out.put("\",\"clientIp\":\"")
        out.put(number: 36 &+ UInt32(truncatingIfNeeded: address & 0x7F))
        out.put(byte: 46)
        out.put(number: UInt32(truncatingIfNeeded: (address &>> 16) & 0xFF))
        out.put(byte: 46)
        out.put(number: UInt32(truncatingIfNeeded: (address &>> 32) & 0xFF))
        out.put(byte: 46)
        out.put(number: 1 &+ UInt32(truncatingIfNeeded: (address &>> 48) & 0x7F))
    }

    @inline(__always)
    private func putPhone(_ order: RechargeOrder, _ out: inout LineCursor) {
        let word = order.random.word(5)
        out.put("\",\"phoneno\":\"")
        out.put(prefixes[word.pick(0, below: prefixes.count)])
        out.put8(UInt32(truncatingIfNeeded: ((word &>> 32) &* 100_000_000) &>> 32))
    }

    /// Each notification host runs six servers, two per task; the other nodes run one.
    @inline(__always)
    private func putServer(_ line: RechargeLine, _ machine: Int, _ out: inout LineCursor) {
        out.put("\",\"serverIp\":\"10.255.")
        out.put(number: UInt32(truncatingIfNeeded: 254 &- machine / 200))
        out.put(byte: 46)
        out.put(number: UInt32(truncatingIfNeeded: 10 &+ machine % 200))
        out.put("\",\"serverPort\":\"")
        let twin = UInt32(truncatingIfNeeded: line.noise & 1)
        switch line.kind {
        case .order, .paymentRequest: out.put(number: 8_080)
        case .paymentNotice: out.put(number: 8_714 &+ twin)
        case .rechargeRequest: out.put(number: 8_716 &+ twin)
        case .rechargeNotice: out.put(number: 8_718 &+ twin)
        }
        out.put("\",\"serviceName\":\"")
        switch line.kind {
        case .order: out.put("orderCreateReq")
        case .paymentRequest: out.put("payReq")
        case .paymentNotice: out.put("payNotifyReq")
        case .rechargeRequest: out.put("reChargeReq")
        case .rechargeNotice: out.put("reChargeNotifyReq")
        }
    }

    @inline(__always)
    private func putTail(_ line: RechargeLine, _ channel: RechargeVocabulary.Channel, _ out: inout LineCursor) {
        switch line.kind {
        case .order, .paymentRequest:
            out.put("\",\"userAgent\":\"")
            out.put(channel.userAgent)
        case .paymentNotice:
            out.put("\",\"notifyUrl\":\"/pay/v2/result")
        case .rechargeRequest:
            out.put("\",\"retryTimes\":\"0")
        case .rechargeNotice:
            out.put("\",\"notifyUrl\":\"/crm/v2/result")
        }
        out.put("\"}\n")
    }

    /// `yyyyMMddHHmmssSSS`; in 2099 if `future`.
    @inline(__always)
    private mutating func putTime(_ moment: Int64, _ future: Bool, _ out: inout LineCursor) {
        let (day, rest) = ShanghaiTime.split(moment)
        let start = out.position
        out.put(packed: dayText(day))
        let milliseconds = UInt32(truncatingIfNeeded: rest)
        let seconds = milliseconds / 1_000
        out.put2(seconds / 3_600)
        out.put2(seconds / 60 % 60)
        out.put2(seconds % 60)
        out.put3(milliseconds % 1_000)
        if future { RechargeLineRenderer.moveTo2099(start) }
    }

    @inline(__always)
    private mutating func dayText(_ day: Int64) -> UInt64 {
        if days.newer.day == day { return days.newer.text }
        if days.older.day == day { return days.older.text }
        return format(day)
    }

    @inline(never)
    private mutating func format(_ day: Int64) -> UInt64 {
        let date = ShanghaiTime.civil(day)
        var rest = date.year * 10_000 + date.month * 100 + date.day
        var text: UInt64 = 0
        for _ in 0..<8 {
            text = text << 8 | UInt64(48 + rest % 10)
            rest /= 10
        }
        days.older = days.newer
        days.newer = DayText(day: day, text: text)
        return text
    }

    /// Overwrites the year of a formatted time; 29 February, which 2099 lacks, becomes the 28th.
    private static func moveTo2099(_ time: UnsafeMutablePointer<UInt8>) {
        let leapDay: [UInt8] = [48, 50, 50, 57]
        if (0..<4).allSatisfy({ time[4 + $0] == leapDay[$0] }) { time[7] = 56 }
        for (index, character) in "2099".utf8.enumerated() { time[index] = character }
    }
}
