/// The words generated lines are made of.
enum RechargeVocabulary {
    /// Where an order comes from.
    struct Channel {
        let code: StaticString
        let source: StaticString
        let terminal: StaticString
        let userAgent: StaticString
    }

    /// Who takes the money; the customer is charged `perMille` thousandths of the fee.
    struct Gateway {
        let name: StaticString
        let payType: StaticString
        let perMille: Int
    }

    /// How a call or a recharge ended.
    struct Outcome {
        let code: StaticString
        let message: StaticString
    }

    static let success = Outcome(code: "0000", message: "处理成功")

    static let pcChannels = [
        Channel(
            code: "6900", source: "01", terminal: "PC",
            userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/124.0"),
        Channel(
            code: "6902", source: "03", terminal: "PC",
            userAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X) Safari/605.1"),
    ]
    static let mobileChannels = [
        Channel(
            code: "6901", source: "11", terminal: "APP",
            userAgent: "CMCC/9.2.5 (Android 14; zh_CN) NetType/5G"),
        Channel(
            code: "6903", source: "12", terminal: "WECHAT",
            userAgent: "Mozilla/5.0 (iPhone; iOS 17.4) MicroMessenger/8.0.48"),
        Channel(
            code: "6904", source: "13", terminal: "ALIPAY",
            userAgent: "Mozilla/5.0 (Linux; Android 13) AlipayClient/10.5"),
    ]
    static let gateways = [
        Gateway(name: "WXPAY", payType: "02", perMille: 998),
        Gateway(name: "ALIPAY", payType: "03", perMille: 998),
        Gateway(name: "UNIONPAY", payType: "05", perMille: 995),
        Gateway(name: "CMPAY", payType: "08", perMille: 1_000),
    ]
    static let rechargeFailures = [
        Outcome(code: "2001", message: "充值失败:号码状态异常"),
        Outcome(code: "2014", message: "充值失败:省侧系统超时"),
        Outcome(code: "2036", message: "充值失败:账户已销户"),
        Outcome(code: "2998", message: "充值失败:省侧返回未知错误"),
    ]
    static let paymentFailures = [
        Outcome(code: "1003", message: "支付失败:余额不足"),
        Outcome(code: "1011", message: "支付失败:银行拒绝"),
        Outcome(code: "1020", message: "支付失败:订单已关闭"),
    ]
    static let interfaceFailures = [
        Outcome(code: "9001", message: "接口调用超时"),
        Outcome(code: "9002", message: "接口返回报文错误"),
        Outcome(code: "9005", message: "下游系统拒绝连接"),
    ]
    /// The first three digits of numbers of the network.
    static let phonePrefixes: [StaticString] = [
        "134", "135", "136", "137", "138", "139", "147", "150", "151", "152", "157", "158", "159", "178", "182", "183",
        "184", "187", "188", "198",
    ]
    static let provinceCodes: [StaticString] = [
        "100", "200", "210", "220", "230", "240", "250", "270", "280", "290", "311", "351", "371", "431", "451", "471",
        "531", "551", "571", "591", "731", "771", "791", "851", "871", "891", "898", "931", "951", "971", "991", "999",
    ]
}
