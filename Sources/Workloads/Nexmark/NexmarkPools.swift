/// Texts that are drawn once and used all through a run: padding, and the addresses of channels.
final class NexmarkPools {
    static let paddingBytes = 1 << 20
    static let coldChannels = 10_000

    let padding: UnsafePointer<UInt8>
    private let paddingMemory: UnsafeMutablePointer<UInt8>
    let hotURLs: [[UInt8]]
    let coldURLs: [[UInt8]]

    init(_ random: inout NexmarkRandom) {
        paddingMemory = .allocate(capacity: Self.paddingBytes)
        for index in 0..<Self.paddingBytes { paddingMemory[index] = UInt8(ascii: "a") + UInt8(random.below(26)) }
        padding = UnsafePointer(paddingMemory)
        hotURLs = (0..<4).map { _ in Self.url(&random) }
        var cold: [[UInt8]] = []
        for channel in 0..<Self.coldChannels {
            var url = Self.url(&random)
            if random.below(10) > 0 {
                url += Array("&channel_id=\(Self.identifier(channel))".utf8)
            }
            cold.append(url)
        }
        coldURLs = cold
    }

    deinit { paddingMemory.deallocate() }

    /// The bits of the number in reverse as a signed number, without its sign except for the least.
    private static func identifier(_ channel: Int) -> Int32 {
        var reversed: UInt32 = 0
        for bit in 0..<32 where channel >> bit & 1 == 1 { reversed |= 1 << UInt32(31 - bit) }
        let signed = Int32(bitPattern: reversed)
        return signed < 0 ? 0 &- signed : signed
    }

    private static func url(_ random: inout NexmarkRandom) -> [UInt8] {
        var url = Array("https://www.nexmark.com/".utf8)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { buffer in
            guard let place = buffer.baseAddress else { return }
            for _ in 0..<3 {
                let (start, count) = random.word(place, below: 5, special: UInt8(ascii: "_"))
                url += UnsafeBufferPointer(start: place + start, count: count)
                url.append(UInt8(ascii: "/"))
            }
        }
        return url + Array("item.htm?query=1".utf8)
    }
}
