import Columnar

/// Constructors of nested values, and access to their parts.
enum NestedKernels {
    /// (row, position): the field, NULL where the row is.
    static func field(_ index: Int, of fields: [Field]) -> Kernel {
        let layout = NestedRowLayout(fields)
        return { call in
            let rows = ItemOperand(call[0])
            return takeItems(call) { NestedReader(rows[$0]).field(index, layout) }
        }
    }

    /// ROW(…), never NULL.
    static func row(_ fields: [Field]) -> Kernel {
        let layout = NestedRowLayout(fields)
        return { call in
            let operands = call.arguments.map { ItemOperand($0) }
            var items: [NestedItem] = []
            return makeNested(call) { row, bytes in
                items.removeAll(keepingCapacity: true)
                for operand in operands { items.append(operand[row]) }
                NestedWriter.appendRow(items, layout, to: &bytes)
                return true
            }
        }
    }

    /// (present, items…): the row of the items where it is present.
    static func presentRow(_ fields: [Field]) -> Kernel {
        let layout = NestedRowLayout(fields)
        return { call in
            let present = ItemOperand(call[0])
            let operands = call.arguments.dropFirst().map { ItemOperand($0) }
            var items: [NestedItem] = []
            return makeNested(call) { row, bytes in
                guard present[row].bool else { return false }
                items.removeAll(keepingCapacity: true)
                for operand in operands { items.append(operand[row]) }
                NestedWriter.appendRow(items, layout, to: &bytes)
                return true
            }
        }
    }

    static func array(_ kind: PhysicalKind) -> Kernel {
        { call in
            let operands = call.arguments.map { ItemOperand($0) }
            var items: [NestedItem] = []
            return makeNested(call) { row, bytes in
                items.removeAll(keepingCapacity: true)
                for operand in operands { items.append(operand[row]) }
                NestedWriter.appendArray(items, kind, to: &bytes)
                return true
            }
        }
    }

    /// (key, value, key, value, …)
    static func map(_ keyKind: PhysicalKind, _ valueKind: PhysicalKind) -> Kernel {
        { call in
            let operands = call.arguments.map { ItemOperand($0) }
            var keys: [NestedItem] = []
            var values: [NestedItem] = []
            return makeNested(call) { row, bytes in
                keys.removeAll(keepingCapacity: true)
                values.removeAll(keepingCapacity: true)
                for (index, operand) in operands.enumerated() {
                    if index % 2 == 0 { keys.append(operand[row]) } else { values.append(operand[row]) }
                }
                NestedWriter.appendMap(keys: keys, values: values, keyKind, valueKind, to: &bytes)
                return true
            }
        }
    }

    /// (array, index from 1): NULL where there is no such element.
    static func arrayElement(_ kind: PhysicalKind) -> Kernel {
        { call in
            let arrays = ItemOperand(call[0])
            let positions = ItemOperand(call[1])
            return takeItems(call) { row in
                let position = positions[row]
                guard !position.isNull else { return .null }
                return NestedReader(arrays[row]).array(kind)[Int(clamping: position.int64 &- 1)]
            }
        }
    }

    /// (map, key): NULL where there is no such key.
    static func mapValue(_ keyKind: PhysicalKind, _ valueKind: PhysicalKind) -> Kernel {
        { call in
            let maps = ItemOperand(call[0])
            let keys = ItemOperand(call[1])
            return takeItems(call) { row in
                NestedReader(maps[row]).map(keyKind, valueKind).value(of: keys[row]) ?? .null
            }
        }
    }
}
