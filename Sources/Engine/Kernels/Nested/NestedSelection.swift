import Columnar
import StreamSQL

// The kernels of functions over nested values.
extension KernelSelection {
    func nested() -> Kernel? {
        switch function {
        case .rowField:
            guard case .row(let fields) = logical(0), case .literal(.int64(let index), _) = arguments[1],
                index >= 0, index < fields.count, fields[Int(index)].type.kind == type.kind
            else { return nil }
            return NestedKernels.field(Int(index), of: fields)
        case .makeRow, .presentRow:
            let items = function == .makeRow ? arguments[...] : arguments.dropFirst()
            guard case .row(let fields) = type.logical, fields.count == items.count,
                zip(fields, items).allSatisfy({ $0.type.kind == $1.type.kind })
            else { return nil }
            if function == .makeRow { return NestedKernels.row(fields) }
            return arguments[0].type.kind == .bits ? NestedKernels.presentRow(fields) : nil
        case .makeArray:
            guard case .array(let element) = type.logical, arguments.allSatisfy({ $0.type.kind == element.kind }) else {
                return nil
            }
            return NestedKernels.array(element.kind)
        case .makeMap:
            guard case .map(let key, let value) = type.logical, arguments.count % 2 == 0 else { return nil }
            for (index, argument) in arguments.enumerated() {
                guard argument.type.kind == (index % 2 == 0 ? key.kind : value.kind) else { return nil }
            }
            return NestedKernels.map(key.kind, value.kind)
        case .arrayElement:
            guard case .array(let element) = logical(0), arguments[1].type.kind == .int64, element.kind == type.kind
            else { return nil }
            return NestedKernels.arrayElement(element.kind)
        case .mapValue:
            guard case .map(let key, let value) = logical(0), arguments[1].type.kind == key.kind,
                value.kind == type.kind
            else { return nil }
            return NestedKernels.mapValue(key.kind, value.kind)
        default: return collection()
        }
    }

    /// Functions over arrays and maps.
    private func collection() -> Kernel? {
        switch function {
        case .split: return has([.text, .text]) ? ArrayKernels.split : nil
        case .arrayJoin:
            guard case .array(let element) = logical(0), element.kind == .text,
                arguments.dropFirst().allSatisfy({ $0.type.kind == .text })
            else { return nil }
            return ArrayKernels.join
        case .stringToMap:
            guard let pairs = constantText(1).flatMap({ TextDelimiter($0) }),
                let inside = constantText(2).flatMap({ TextDelimiter($0) })
            else { return nil }
            return MapKernels.fromText(pairs, inside)
        case .cardinality, .mapKeys, .mapValues, .mapEntries, .mapUnion:
            switch logical(0) {
            case .array(let element): return ArrayKernels(kind: element.kind).kernel(function, arguments: 1)
            case .multiset(let element):
                return MapKernels(keyKind: element.kind, valueKind: .int64).kernel(function)
            case .map(let key, let value):
                guard arguments.allSatisfy({ Self.kinds(of: $0.type.logical) == [key.kind, value.kind] }) else {
                    return nil
                }
                return MapKernels(keyKind: key.kind, valueKind: value.kind).kernel(function)
            default: return nil
            }
        case .mapFromArrays:
            guard case .array(let key) = logical(0), case .array(let value) = logical(1) else { return nil }
            return MapKernels(keyKind: key.kind, valueKind: value.kind).kernel(function)
        case .arrayConcat, .arrayUnion, .arrayIntersect, .arrayExcept:
            guard case .array(let element) = logical(0),
                arguments.allSatisfy({ Self.kinds(of: $0.type.logical) == [element.kind] })
            else { return nil }
            return ArrayKernels(kind: element.kind).kernel(function, arguments: arguments.count)
        default: return arrayWithOthers()
        }
    }

    /// Functions of an array and values of its elements' type, or numbers or truth values.
    private func arrayWithOthers() -> Kernel? {
        guard let first = arguments.first, case .array(let element) = first.type.logical else { return nil }
        let others = arguments.dropFirst().map(\.type.kind)
        switch function {
        case .arrayAppend, .arrayPrepend, .arrayContains, .arrayPosition, .arrayRemove:
            guard others == [element.kind] else { return nil }
        case .arraySlice: guard others.allSatisfy({ $0 == .int64 }) else { return nil }
        case .arraySort: guard others.allSatisfy({ $0 == .bits }) else { return nil }
        default: break
        }
        return ArrayKernels(kind: element.kind).kernel(function, arguments: arguments.count)
    }

    /// The kinds of what a collection holds.
    private static func kinds(of type: LogicalType) -> [PhysicalKind] {
        switch type {
        case .array(let element), .multiset(let element): [element.kind]
        case .map(let key, let value): [key.kind, value.kind]
        default: []
        }
    }
}
