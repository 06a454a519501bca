import StreamSQL

/// What a path leads to in one document.
enum JSONFinding {
    /// The document is not well formed.
    case badDocument
    /// The document is the word `null`, which the dialect does not search.
    case nullDocument
    /// A part of the path is not there.
    case missing
    case value(Range<Int>)
    /// What a path with several ends found, in the order of the document.
    case list([Range<Int>])
}

/// Follows paths through documents.
struct JSONPathSearch {
    let text: JSONDocument

    /// Ends that one path may find in a document.
    private static let mostEnds = 100_000

    static func find(_ path: JSONPath, in text: JSONDocument) -> JSONFinding {
        guard let root = text.root() else { return .badDocument }
        if text.isNull(root.lowerBound) { return .nullDocument }
        let search = JSONPathSearch(text: text)
        var place = root
        for (index, step) in path.steps.enumerated() {
            switch step {
            case .member, .element:
                guard let next = search.only(step, at: place) else { return .missing }
                place = next
            case .filter where !text.isContainer(place.lowerBound): return .missing
            default:
                return .list(search.all(path.steps[index...], from: place, root: root))
            }
        }
        return .value(place)
    }

    /// Everything that steps lead to.
    private func all(_ steps: ArraySlice<JSONPath.Step>, from place: Range<Int>, root: Range<Int>) -> [Range<Int>] {
        var places = [place]
        var isBehindDescendants = false
        for step in steps {
            var next: [Range<Int>] = []
            for place in places {
                guard case .filter(let condition) = step else {
                    follow(step, at: place, into: &next, depth: 0)
                    continue
                }
                let filter = JSONFilterSearch(search: self, root: root)
                // Behind `..` the elements of arrays are among the places already.
                let asked = text.isArray(place.lowerBound) && !isBehindDescendants ? elements(of: place) : [place]
                for target in asked where next.count < Self.mostEnds {
                    let isAsked = text.isArray(place.lowerBound) || text.isObject(place.lowerBound)
                    if isAsked, filter.accepts(condition, target) { next.append(target) }
                }
            }
            isBehindDescendants = step == .descendants
            places = next
        }
        return places
    }

    /// The one value that a member or element step leads to.
    func only(_ step: JSONPath.Step, at place: Range<Int>) -> Range<Int>? {
        switch step {
        case .member(let name):
            return text.isObject(place.lowerBound) ? text.member(name, of: place.lowerBound) : nil
        case .element(let index):
            return text.isArray(place.lowerBound) ? element(index, of: place) : nil
        default: return nil
        }
    }

    private func element(_ index: Int, of array: Range<Int>) -> Range<Int>? {
        if index < 0 {
            let all = elements(of: array)
            return all.count &+ index >= 0 ? all[all.count &+ index] : nil
        }
        var found: Range<Int>?
        var left = index
        text.forEachElement(of: array.lowerBound) { place in
            if left == 0 { found = place }
            left &-= 1
            return left >= 0
        }
        return found
    }

    private func elements(of array: Range<Int>) -> [Range<Int>] {
        var all: [Range<Int>] = []
        text.forEachElement(of: array.lowerBound) { place in
            all.append(place)
            return true
        }
        return all
    }

    private func follow(_ step: JSONPath.Step, at place: Range<Int>, into found: inout [Range<Int>], depth: Int) {
        guard found.count < Self.mostEnds else { return }
        switch step {
        case .member, .element: if let next = only(step, at: place) { found.append(next) }
        case .members(let names):
            for name in names { if let next = only(.member(name), at: place) { found.append(next) } }
        case .elements(let indexes):
            for index in indexes { if let next = only(.element(index), at: place) { found.append(next) } }
        case .wildcard: found += children(of: place)
        // Needs the root: see `all`.
        case .filter: break
        case .slice(let from, let to):
            guard text.isArray(place.lowerBound) else { return }
            let all = elements(of: place)
            let first = bound(from ?? 0, all.count)
            let last = bound(to ?? all.count, all.count)
            if first < last { found += all[first..<last] }
        case .descendants:
            found.append(place)
            guard depth < JSONDocument.deepest else { return }
            for child in children(of: place) { follow(step, at: child, into: &found, depth: depth + 1) }
        }
    }

    private func bound(_ index: Int, _ count: Int) -> Int { max(0, min(count, index < 0 ? count + index : index)) }

    private func children(of place: Range<Int>) -> [Range<Int>] {
        if text.isArray(place.lowerBound) { return elements(of: place) }
        guard text.isObject(place.lowerBound) else { return [] }
        var all: [Range<Int>] = []
        text.forEachMember(of: place.lowerBound) { _, value in
            all.append(value)
            return true
        }
        return all
    }
}
