import Columnar

// ARRAY, MAP and ROW: constructors, fields, elements.
extension ExpressionBinder {
    /// `ROW(a, b)` and `(a, b)`.
    func row(_ values: [Expression], at range: SourceRange) throws(SQLError) -> PlanExpression {
        var items: [PlanExpression] = []
        for value in values { items.append(try bind(value)) }
        let fields = items.enumerated().map { Field("EXPR$\($0.offset)", $0.element.type) }
        return .call(.makeRow, items, DataType(.row(fields), isNullable: false))
    }

    /// `ARRAY[a, b]`.
    func array(_ values: [Expression], at range: SourceRange) throws(SQLError) -> PlanExpression {
        guard !values.isEmpty else {
            throw SQLError(.semantics, "ARRAY[] needs at least one element", at: range)
        }
        let (items, type) = try alike(values, "ARRAY")
        return .call(.makeArray, items, DataType(.array(type), isNullable: false))
    }

    /// `MAP[k, v, k, v]`.
    func map(_ values: [Expression], at range: SourceRange) throws(SQLError) -> PlanExpression {
        guard !values.isEmpty, values.count % 2 == 0 else {
            throw SQLError(
                .semantics, "MAP[] takes keys and values in turn, and there are \(values.count)", at: range)
        }
        let (keys, keyType) = try alike(stride(from: 0, to: values.count, by: 2).map { values[$0] }, "the keys of MAP")
        let (items, valueType) = try alike(
            stride(from: 1, to: values.count, by: 2).map { values[$0] }, "the values of MAP")
        return .call(
            .makeMap, zip(keys, items).flatMap { [$0, $1] },
            DataType(.map(key: keyType, value: valueType), isNullable: false))
    }

    /// The expressions brought to one type.
    private func alike(
        _ expressions: [Expression], _ name: String
    ) throws(SQLError) -> (items: [PlanExpression], type: DataType) {
        var items: [PlanExpression] = []
        for expression in expressions { items.append(try bind(expression)) }
        let type = try Conditionals.commonType(items, expressions.map(\.range), name)
        return (items.map { Self.converted($0, to: type) }, type)
    }

    /// A value as one of this type, a bare NULL too.
    static func converted(_ value: PlanExpression, to type: DataType) -> PlanExpression {
        value.type.logical == .null ? .literal(.null, type.nullable(true)) : CastRules.coerce(value, to: type.logical)
    }

    /// The field of a ROW.
    func field(_ value: PlanExpression, _ name: Identifier) throws(SQLError) -> PlanExpression {
        guard case .row(let fields) = value.type.logical else {
            throw SQLError(
                .type, "'.\(name.text)' takes a ROW, not \(value.type.logical)", at: name.range)
        }
        let found = fields.indices.filter { fields[$0].name == name.text }
        guard let index = found.first else {
            let names = fields.map(\.name)
            let near = nearestName(to: name.text, in: names)
            throw SQLError(
                .name, "the ROW has no field '\(name.text)'", at: name.range,
                hint: near.map { "did you mean \($0)?" }
                    ?? "its fields are \(names.prefix(12).joined(separator: ", "))")
        }
        guard found.count == 1 else {
            throw SQLError(.name, "the field '\(name.text)' is ambiguous", at: name.range)
        }
        return PlanExpression.field(index, of: value)
    }

    /// `a[i]` of an array, `m[k]` of a map.
    func item(_ value: Expression, _ index: Expression, at range: SourceRange) throws(SQLError) -> PlanExpression {
        let collection = try bind(value)
        let key = try bind(index)
        switch collection.type.logical {
        case .array(let element):
            guard key.type.logical.isInteger || key.type.logical == .null else {
                throw SQLError(
                    .type, "an index of an ARRAY is a whole number, not \(key.type.logical)", at: index.range)
            }
            if case .literal(.int64(let position), _) = key, position < 1 {
                throw SQLError(
                    .semantics, "an index of an ARRAY begins at 1, and this one is \(position)", at: index.range)
            }
            return .call(
                .arrayElement, [collection, Self.converted(key, to: DataType(.bigint))], element.nullable(true))
        case .map(let keyType, let valueType):
            let (_, common) = try comparable(
                .literal(.null, keyType), key, "[]", value.range, index.range, at: range)
            return .call(.mapValue, [collection, Self.converted(common, to: keyType)], valueType.nullable(true))
        default:
            throw SQLError(
                .type, "'[]' takes an ARRAY or a MAP, not \(collection.type.logical)", at: value.range)
        }
    }
}

extension PlanExpression {
    /// The field at a position of a ROW.
    static func field(_ index: Int, of row: PlanExpression) -> PlanExpression {
        guard case .row(let fields) = row.type.logical, fields.indices.contains(index) else { return row }
        var type = fields[index].type
        if row.type.isNullable { type.isNullable = true }
        let position = PlanExpression.literal(.int64(Int64(index)), DataType(.integer, isNullable: false))
        return PlanExpression.call(.rowField, [row, position], type).withoutDetour
    }

    /// The item itself where a field is taken out of a ROW made of items, and what tells whether that ROW is there.
    var withoutDetour: PlanExpression {
        switch self {
        case .call(.rowField, let arguments, let type) where arguments.count == 2:
            guard case .literal(.int64(let index), _) = arguments[1], case .call(let maker, let items, _) = arguments[0]
            else { return self }
            let offset = maker == .presentRow ? 1 : 0
            guard maker == .makeRow || maker == .presentRow, index >= 0, Int(index) + offset < items.count else {
                return self
            }
            let item = items[Int(index) + offset]
            return item.type.logical == type.logical ? item : self
        case .call(.isNull, let arguments, let type), .call(.isNotNull, let arguments, let type):
            guard case .call(.presentRow, let items, _)? = arguments.first, let present = items.first else {
                return self
            }
            if case .call(.isNull, _, _) = self { return .call(.isNotTrue, [present], type) }
            return .call(.isTrue, [present], type)
        default: return self
        }
    }

    /// How many fields are taken out of a column one inside the other: `column.a.b`; nil for anything else.
    var fieldPath: (column: Int, path: [Int])? {
        switch self {
        case .column(let position, _): return (position, [])
        case .call(.rowField, let arguments, _) where arguments.count == 2:
            guard case .literal(.int64(let index), _) = arguments[1], let below = arguments[0].fieldPath else {
                return nil
            }
            return (below.column, below.path + [Int(truncatingIfNeeded: index)])
        default: return nil
        }
    }
}
