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
        default: return nil
        }
    }
}
