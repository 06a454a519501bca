extension RechargeOracle {
    /// The oracle as one JSON object with a fixed key order.
    ///
    /// Minutes, provinces and interfaces that nothing happened in are left out; `min` and `max` of no durations
    /// are null; the unknown province appears as code 999 with an empty name.
    package func json() -> String {
        var fields: [String] = []
        func add(_ key: String, _ value: String) { fields.append("\"\(key)\":\(value)") }
        func object(_ members: [String]) -> String { "{" + members.joined(separator: ",") + "}" }
        func list(_ members: [String]) -> String { "[" + members.joined(separator: ",\n  ") + "]" }

        add("event_time", "\"\(ShanghaiTime.text(eventTime))\"")
        add("lines", String(lines))
        add("unique_lines", String(uniqueLines))
        add("duplicates", String(duplicates))
        add("late", String(late))
        add("bytes", String(bytes))
        add("future_lines", String(futureLines))
        add("rejected_lines", String(rejectedLines))
        add("malformed", object(RechargeMalformation.allCases.map { "\"\($0.name)\":\(malformed[$0.rawValue])" }))
        add("created_orders", String(createdOrders))
        add("recharge_notices", String(recharges.orders))
        add("recharge_successes", String(recharges.successes))
        add("amount_fen", String(recharges.amountFen))
        add("recharge_duration_ms", RechargeOracle.json(rechargeDurations))
        add("recharge_negative_durations", String(rechargeNegativeDurations))
        add("payment_duration_ms", RechargeOracle.json(paymentDurations))
        add("payment_negative_durations", String(paymentNegativeDurations))
        add("minutes", list(minuteRows()))
        add("provinces", list(provinceRows()))
        add("interfaces", list(interfaceRows()))
        add("interface_minutes", list(interfaceMinuteRows()))
        return "{" + fields.joined(separator: ",\n") + "}\n"
    }

    private static func json(_ durations: Durations) -> String {
        let none = durations.count == 0
        return "{\"count\":\(durations.count),\"sum\":\(durations.sum),"
            + "\"min\":\(none ? "null" : String(durations.smallest)),\"max\":\(none ? "null" : String(durations.largest))}"
    }

    private func minuteRows() -> [String] {
        minutes.rows.enumerated().compactMap { index, row in
            guard row.orders > 0 else { return nil }
            return "{\"minute\":\"\(ShanghaiTime.minuteText(minutes.firstMinute + Int64(index)))\","
                + "\"orders\":\(row.orders),\"successes\":\(row.successes),\"amount_fen\":\(row.amountFen)}"
        }
    }

    private func provinceRows() -> [String] {
        provinces.enumerated().compactMap { index, row in
            guard row.orders > 0 else { return nil }
            let known = index < RechargeProvince.all.count ? RechargeProvince.all[index] : nil
            return "{\"code\":\"\(known?.code ?? RechargeProvince.unknownCode)\",\"name\":\"\(known?.name ?? "")\","
                + "\"orders\":\(row.orders),\"successes\":\(row.successes),\"failures\":\(row.failures),"
                + "\"amount_fen\":\(row.amountFen)}"
        }
    }

    private func interfaceRows() -> [String] {
        RechargeServiceKind.allCases.compactMap { kind in
            let row = interfaces[kind.rawValue]
            guard row.calls > 0 else { return nil }
            return "{\"service\":\"\(kind.serviceName)\",\"calls\":\(row.calls),\"failures\":\(row.failures)}"
        }
    }

    private func interfaceMinuteRows() -> [String] {
        interfaceMinutes.rows.enumerated().compactMap { index, row in
            guard row.calls > 0 else { return nil }
            return "{\"minute\":\"\(ShanghaiTime.minuteText(interfaceMinutes.firstMinute + Int64(index)))\","
                + "\"calls\":\(row.calls),\"failures\":\(row.failures)}"
        }
    }
}
