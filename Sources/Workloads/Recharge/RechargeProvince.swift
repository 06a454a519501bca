/// A province of the dimension table: its area code, its names, and how it behaves in generated data.
package struct RechargeProvince: Sendable {
    package let code: String
    /// The short Chinese name, which is also the name of the region on the map.
    package let name: String
    package let nameEnglish: String
    /// Inhabitants in units of 100,000: its share of the orders.
    let weight: Int
    /// Recharges of a thousand that fail.
    let failuresPerMille: Int

    init(_ code: String, _ name: String, _ nameEnglish: String, weight: Int, failures: Int) {
        self.code = code
        self.name = name
        self.nameEnglish = nameEnglish
        self.weight = weight
        self.failuresPerMille = failures
    }

    /// The thirty-one provinces the lines name, by code.
    package static let all: [RechargeProvince] = [
        RechargeProvince("100", "北京", "Beijing", weight: 218, failures: 45),
        RechargeProvince("200", "广东", "Guangdong", weight: 1270, failures: 62),
        RechargeProvince("210", "上海", "Shanghai", weight: 249, failures: 38),
        RechargeProvince("220", "天津", "Tianjin", weight: 136, failures: 50),
        RechargeProvince("230", "重庆", "Chongqing", weight: 319, failures: 58),
        RechargeProvince("240", "辽宁", "Liaoning", weight: 420, failures: 66),
        RechargeProvince("250", "江苏", "Jiangsu", weight: 853, failures: 42),
        RechargeProvince("270", "湖北", "Hubei", weight: 584, failures: 55),
        RechargeProvince("280", "四川", "Sichuan", weight: 837, failures: 70),
        RechargeProvince("290", "陕西", "Shaanxi", weight: 396, failures: 60),
        RechargeProvince("311", "河北", "Hebei", weight: 739, failures: 64),
        RechargeProvince("351", "山西", "Shanxi", weight: 346, failures: 63),
        RechargeProvince("371", "河南", "Henan", weight: 982, failures: 72),
        RechargeProvince("431", "吉林", "Jilin", weight: 234, failures: 68),
        RechargeProvince("451", "黑龙江", "Heilongjiang", weight: 306, failures: 74),
        RechargeProvince("471", "内蒙古", "Inner Mongolia", weight: 240, failures: 78),
        RechargeProvince("531", "山东", "Shandong", weight: 1016, failures: 52),
        RechargeProvince("551", "安徽", "Anhui", weight: 613, failures: 57),
        RechargeProvince("571", "浙江", "Zhejiang", weight: 658, failures: 36),
        RechargeProvince("591", "福建", "Fujian", weight: 419, failures: 48),
        RechargeProvince("731", "湖南", "Hunan", weight: 662, failures: 61),
        RechargeProvince("771", "广西", "Guangxi", weight: 505, failures: 69),
        RechargeProvince("791", "江西", "Jiangxi", weight: 453, failures: 59),
        RechargeProvince("851", "贵州", "Guizhou", weight: 386, failures: 80),
        RechargeProvince("871", "云南", "Yunnan", weight: 467, failures: 82),
        RechargeProvince("891", "西藏", "Xizang", weight: 37, failures: 98),
        RechargeProvince("898", "海南", "Hainan", weight: 102, failures: 54),
        RechargeProvince("931", "甘肃", "Gansu", weight: 247, failures: 84),
        RechargeProvince("951", "宁夏", "Ningxia", weight: 73, failures: 76),
        RechargeProvince("971", "青海", "Qinghai", weight: 59, failures: 92),
        RechargeProvince("991", "新疆", "Xinjiang", weight: 259, failures: 88),
    ]

    /// The code of lines whose province is not in the table.
    static let unknownCode = "999"
}
