import Formats

/// Blocks of one size, used again as soon as no batch points into them. Belongs to one reader.
struct BlockPool {
    let blockBytes: Int
    private var blocks: [InputBlock] = []

    /// Blocks kept for use again; more than that are made and freed.
    private static let keptBlocks = 16

    init(blockBytes: Int) { self.blockBytes = blockBytes }

    /// An empty block of at least `bytes`.
    mutating func take(atLeast bytes: Int) -> InputBlock {
        guard bytes <= blockBytes else { return InputBlock(capacity: bytes) }
        for index in blocks.indices where isKnownUniquelyReferenced(&blocks[index]) {
            blocks[index].count = 0
            return blocks[index]
        }
        let block = InputBlock(capacity: blockBytes)
        if blocks.count < Self.keptBlocks { blocks.append(block) }
        return block
    }
}
