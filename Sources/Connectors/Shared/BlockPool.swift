import Formats

/// Blocks of one size, used again as soon as no batch points into them. Belongs to one reader.
struct BlockPool {
    let blockBytes: Int
    private var blocks: [InputBlock] = []

    /// Blocks kept for use again; more than that are made and freed.
    private let keptBlocks: Int

    init(blockBytes: Int, keptBlocks: Int = 16) {
        self.blockBytes = blockBytes
        self.keptBlocks = keptBlocks
    }

    /// An empty block of at least `bytes`.
    mutating func take(atLeast bytes: Int) -> InputBlock {
        guard bytes <= blockBytes else { return InputBlock(capacity: bytes) }
        for index in blocks.indices where isKnownUniquelyReferenced(&blocks[index]) {
            blocks[index].count = 0
            return blocks[index]
        }
        let block = InputBlock(capacity: blockBytes)
        if blocks.count < keptBlocks { blocks.append(block) }
        return block
    }
}
