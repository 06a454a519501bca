import Columnar
import Diagnostics
import StreamSQL

// Encodings, regular expressions, JSON and random values.
extension KernelSelection {
    func encoding() -> Kernel? {
        switch function {
        case .sha1: return has([.text]) ? DigestKernels.sha1 : nil
        case .sha224: return has([.text]) ? DigestKernels.sha224 : nil
        case .sha384: return has([.text]) ? DigestKernels.sha384 : nil
        case .sha512: return has([.text]) ? DigestKernels.sha512 : nil
        case .toBase64: return has([.text]) ? EncodingKernels.toBase64 : nil
        case .fromBase64: return has([.text]) ? EncodingKernels.fromBase64 : nil
        case .urlEncode: return has([.text]) ? EncodingKernels.urlEncode : nil
        case .urlDecode: return has([.text]) ? EncodingKernels.urlDecode : nil
        case .hexOfText: return has([.text]) ? EncodingKernels.hexOfText : nil
        case .hexOfInteger: return has([.int64]) ? EncodingKernels.hexOfInteger : nil
        case .binaryDigits: return has([.int64]) ? EncodingKernels.binaryDigits : nil
        case .unhex: return has([.text]) ? EncodingKernels.unhex : nil
        case .encode, .decode:
            guard has([.text, .text]), let bytes = constantText(1) else { return nil }
            let set = String(decoding: bytes, as: UTF8.self)
            return function == .encode ? EncodingKernels.encode(set) : EncodingKernels.decode(set)
        case .parseURL:
            return has([.text, .text]) || has([.text, .text, .text]) ? AddressKernels.parse : nil
        case .printFormat:
            guard arguments[0].type.kind == .text else { return nil }
            return FormattingKernels.kernel(arguments.map(\.type.logical), zone: zone)
        case .positionFrom: return has([.text, .text, .int64]) ? TextSearchKernels.positionFrom : nil
        case .occurrence: return has([.text, .text, .int64, .int64]) ? TextSearchKernels.occurrence : nil
        case .overlay:
            let isFull = has([.text, .text, .int64, .int64])
            return isFull || has([.text, .text, .int64]) ? TextSearchKernels.overlay : nil
        case .translate: return has([.text, .text, .text]) ? TranslateKernel.translate : nil
        case .isAlpha: return has([.text]) ? TextSearchKernels.isAlpha : nil
        case .isDigit: return has([.text]) ? TextSearchKernels.isDigit : nil
        case .isDecimal: return has([.text]) ? TextSearchKernels.isDecimal : nil
        case .random:
            return RandomKernels.real(seed: arguments.count > 1 ? constantInteger(1) : nil)
        case .randomInteger:
            return RandomKernels.integer(seed: constantInteger(1), bound: constantInteger(2))
        case .uuid: return RandomKernels.unique
        default: return regularExpression() ?? json()
        }
    }

    private func constantInteger(_ index: Int) -> Int64? {
        if case .literal(.int64(let value), _) = arguments[index] { return value }
        return nil
    }

    // MARK: Regular expressions

    private func regularExpression() -> Kernel? {
        let pattern: RegexKernels.Pattern
        if function == .similarTo { return similar() }
        guard arguments.count > 1, arguments[0].type.kind == .text, arguments[1].type.kind == .text else { return nil }
        if let bytes = constantText(1) {
            let isNothing = function == .regexpFound && bytes.isEmpty
            pattern = .constant(isNothing ? nil : Regex(java: bytes))
        } else {
            pattern = .column(1)
        }
        switch function {
        case .regexpFound: return RegexKernels.found(pattern)
        case .regexpCount: return RegexKernels.count(pattern)
        case .regexpPlace: return RegexKernels.place(pattern)
        case .regexpPart: return RegexKernels.part(pattern)
        case .regexpExtract: return has([.text, .text, .int64]) ? RegexKernels.extract(pattern) : nil
        case .regexpParts: return has([.text, .text, .int64]) ? RegexKernels.parts(pattern) : nil
        case .regexpReplace: return has([.text, .text, .text]) ? RegexKernels.replace(pattern) : nil
        default: return nil
        }
    }

    private func similar() -> Kernel? {
        guard areTexts else { return nil }
        if isNull(1) || (arguments.count > 2 && isNull(2)) { return Self.nothing }
        var escape: [UInt8] = []
        if arguments.count > 2 {
            guard let bytes = constantText(2) else { return nil }
            escape = bytes
        }
        guard let pattern = constantText(1) else { return RegexKernels.similar(escape: escape) }
        return SimilarPattern.translate(pattern, escape: escape).flatMap { Regex($0) }.map { RegexKernels.similar($0) }
    }

    // MARK: JSON

    private func json() -> Kernel? {
        switch function {
        case .jsonExists:
            guard areTexts, let path = path(), let letter = constantText(2)?.first else { return nil }
            return JSONKernels.exists(path, onError: letter)
        case .jsonValue:
            guard let path = path(), let behaviours = constantText(2).flatMap({ JSONKernels.Behaviours($0) }),
                arguments[0].type.kind == .text
            else { return nil }
            return JSONKernels.value(path, behaviours)
        case .jsonQuery:
            guard areTexts, let path = path(), let letters = constantText(2), let wrapper = letters.first,
                let behaviours = JSONKernels.Behaviours(letters)
            else { return nil }
            if case .array = type.logical { return JSONKernels.queryArray(path, wrapper: wrapper, behaviours) }
            return JSONKernels.query(path, wrapper: wrapper, behaviours)
        case .jsonTest:
            guard areTexts, let letter = constantText(1)?.first else { return nil }
            return JSONKernels.test(letter)
        case .jsonQuote: return has([.text]) ? JSONKernels.quote : nil
        case .jsonUnquote: return has([.text]) ? JSONKernels.unquote : nil
        case .jsonString:
            return JSONBuildingKernels.string(.init(logical(0), isJSON: false, zone: zone))
        case .jsonObject, .jsonArray:
            guard let letters = constantText(0) else { return nil }
            let isObject = function == .jsonObject
            var forms: [JSONBuildingKernels.ValueForm] = []
            for (position, letter) in letters.dropFirst().enumerated() {
                let index = isObject ? 2 * position + 2 : position + 1
                guard index < arguments.count else { return nil }
                forms.append(.init(logical(index), isJSON: letter == UInt8(ascii: "J"), zone: zone))
            }
            guard arguments.count == 1 + forms.count * (isObject ? 2 : 1) else { return nil }
            let skips = letters.first == UInt8(ascii: "A")
            return isObject
                ? JSONBuildingKernels.object(forms, skipsNulls: skips)
                : JSONBuildingKernels.array(forms, skipsNulls: skips)
        default: return nil
        }
    }

    private func path() -> JSONKernels.Path? {
        guard arguments.count > 1, arguments[1].type.kind == .text else { return nil }
        guard let bytes = constantText(1) else { return .column(1) }
        return (try? JSONPath(bytes)).map { .constant($0) } ?? .column(1)
    }
}

extension ScalarFunction {
    /// Arguments of the functions above; nil for others.
    var textArity: ClosedRange<Int>? {
        switch self {
        case .uuid, .sha1, .sha224, .sha384, .sha512, .toBase64, .fromBase64, .urlEncode, .urlDecode, .hexOfText,
            .hexOfInteger, .binaryDigits, .unhex, .isAlpha, .isDigit, .isDecimal, .jsonString, .jsonQuote,
            .jsonUnquote, .hyperbolicSine, .hyperbolicCosine, .hyperbolicTangent:
            1...1
        case .random: 1...2
        case .parseURL, .similarTo: 2...3
        case .positionFrom, .translate, .regexpExtract, .regexpParts, .regexpReplace, .randomInteger, .jsonExists,
            .jsonQuery,
            .convertZone, .toInstant:
            3...3
        case .overlay: 3...4
        case .occurrence: 4...4
        case .jsonValue: 5...5
        case .jsonObject, .jsonArray, .printFormat: 1...Int.max
        case .currentTime: 0...0
        default: nil
        }
    }

    /// Whether its third argument says with an E that it shall fail.
    var isJSONSearch: Bool { self == .jsonExists || self == .jsonValue || self == .jsonQuery }

    /// Whether the arguments only tell the kernel what to do, so that constants among them are no operands.
    var drawsValues: Bool { self == .random || self == .randomInteger || self == .uuid }
}
