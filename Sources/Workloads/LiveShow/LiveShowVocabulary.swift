/// The fixed parts of the live show: regions, rooms with their modules, and the profiles of the best customers.
package enum LiveShowVocabulary {
    /// A region as the records name it, with its share of the viewers.
    struct Region: Sendable {
        let name: StaticString
        /// Inhabitants in units of 100,000.
        let weight: Int
    }

    /// The 34 regions; names are written with JSON escapes, as the real producers write them.
    static let regions: [Region] = [
        Region(name: "\\u5317\\u4eac", weight: 218), Region(name: "\\u5e7f\\u4e1c", weight: 1270),
        Region(name: "\\u5c71\\u4e1c", weight: 1016), Region(name: "\\u6c5f\\u82cf", weight: 853),
        Region(name: "\\u6cb3\\u5357", weight: 982), Region(name: "\\u4e0a\\u6d77", weight: 249),
        Region(name: "\\u6cb3\\u5317", weight: 739), Region(name: "\\u6d59\\u6c5f", weight: 658),
        Region(name: "\\u9999\\u6e2f", weight: 74), Region(name: "\\u9655\\u897f", weight: 396),
        Region(name: "\\u6e56\\u5357", weight: 662), Region(name: "\\u91cd\\u5e86", weight: 319),
        Region(name: "\\u798f\\u5efa", weight: 419), Region(name: "\\u5929\\u6d25", weight: 136),
        Region(name: "\\u4e91\\u5357", weight: 467), Region(name: "\\u56db\\u5ddd", weight: 837),
        Region(name: "\\u5e7f\\u897f", weight: 505), Region(name: "\\u5b89\\u5fbd", weight: 613),
        Region(name: "\\u6d77\\u5357", weight: 102), Region(name: "\\u6c5f\\u897f", weight: 453),
        Region(name: "\\u6e56\\u5317", weight: 584), Region(name: "\\u5c71\\u897f", weight: 346),
        Region(name: "\\u8fbd\\u5b81", weight: 420), Region(name: "\\u53f0\\u6e7e", weight: 234),
        Region(name: "\\u9ed1\\u9f99\\u6c5f", weight: 306), Region(name: "\\u5185\\u8499\\u53e4", weight: 240),
        Region(name: "\\u6fb3\\u95e8", weight: 7), Region(name: "\\u8d35\\u5dde", weight: 386),
        Region(name: "\\u7518\\u8083", weight: 247), Region(name: "\\u9752\\u6d77", weight: 59),
        Region(name: "\\u65b0\\u7586", weight: 259), Region(name: "\\u897f\\u85cf", weight: 37),
        Region(name: "\\u5409\\u6797", weight: 234), Region(name: "\\u5b81\\u590f", weight: 73),
    ]

    /// The first room; the others are numbered on.
    static let firstRoom: Int64 = 20_210_813
    /// The module of each room.
    static let modules = [
        1001, 1001, 1002, 1003, 1001, 1004, 1002, 1005, 1003, 1001, 1006, 1002, 1004, 1003, 1005, 1001, 1002, 1006,
        1003, 1004, 1005, 1002, 1006, 1004,
    ]

    /// Viewers who give much, and what they call themselves.
    static let nicknames = [
        "南山听雨", "星河入梦", "一剑霜寒", "大漠孤烟", "云中锦书", "老船长", "爱笑的阿宁", "清风徐来", "浮生若茶", "北极熊先生",
        "千里共月", "小满", "长安故人", "不吃香菜", "青柠汽水", "山海有约", "夜航星", "白露为霜", "梧桐细雨", "江湖夜雨",
        "快乐小羊", "深蓝的海", "打铁的匠人", "雪落无声", "人间四月", "追光少年", "半糖去冰", "东篱把酒", "银河补习班", "铁板豆腐",
        "林深见鹿", "海盐芝士", "早睡早起", "三月听风", "万里晴空", "麦田守望", "花生酱", "蓝色信笺", "阿木", "桃李春风",
    ]

    /// The number of the viewer with a nickname; all are among the first 2,001.
    static func giver(_ place: Int) -> Int64 { 2_000 + Int64(place * 1_237 % 2_001) }

    /// The table of rooms and modules, as CSV.
    package static var roomTable: String {
        modules.enumerated().map { "\(firstRoom + Int64($0.offset)),\($0.element)\n" }.joined()
    }

    /// The table of profiles, as CSV.
    package static var profileTable: String {
        nicknames.enumerated().map { "\(giver($0.offset)),\($0.element)\n" }.joined()
    }
}
