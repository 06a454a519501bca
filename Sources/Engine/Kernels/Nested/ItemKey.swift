import Columnar

/// An item as a member of a set: equal to others as values of its kind are. Valid as long as the item.
struct ItemKey: Hashable {
    let item: NestedItem
    let kind: PhysicalKind

    static func == (left: ItemKey, right: ItemKey) -> Bool { NestedItem.equal(left.item, right.item, left.kind) }

    func hash(into hasher: inout Hasher) {
        hasher.combine(item.isNull)
        guard !item.isNull else { return }
        if kind == .text {
            hasher.combine(bytes: UnsafeRawBufferPointer(item.bytes))
        } else {
            hasher.combine(item.low)
            hasher.combine(item.high)
        }
    }
}
