import Columnar
import ConnectorContract
import Diagnostics
import TestSupport
import Testing

/// What happens to log files, in random order, against a plain model of what must come out.
///
/// The model knows each line ever finished. A line must come out once when it was in a file that stood, renamed or
/// not, until the next poll; it may be lost only when its file was truncated, or deleted with nobody holding it, before anybody looked.
struct TailModelTests {
    private struct Model {
        /// Lines of each file by name, those not polled for yet, and a started line.
        struct Content {
            var fresh: [String] = []
            var partial: String?
            /// A reader has opened it.
            var isOpen = false
            /// Truncated since a reader last looked: its beginning is not known yet.
            var isReplaced = false
        }

        var files: [String: Content] = [:]
        var expected: [String: Int] = [:]
        var mayBeLost: Set<String> = []
        /// Lines of deleted files that an open handle still reaches.
        var held: [String] = []
        var nextLine = 0
        var nextRotation = 0
    }

    private enum Step: CaseIterable {
        case write, write2, partial, rotate, rotateAway, truncate, delete, poll, poll2, restart, clock
    }

    @Test(arguments: 0..<80)
    func randomHistoriesLoseAndRepeatNothing(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        var tail = try TailHarness()
        tail.options = ["rotate-wait": seed.isMultiple(of: 2) ? "100 ms" : "5 s"]
        var model = Model()
        var received: [String: Int] = [:]
        var history: [String] = []
        try tail.start()

        func poll() throws {
            for row in try tail.rows() { received[row, default: 0] += 1 }
            for name in model.files.keys {
                model.files[name]?.fresh = []
                model.files[name]?.isOpen = true
                model.files[name]?.isReplaced = false
            }
            model.held = []
        }
        for _ in 0..<60 {
            let step = Step.allCases.randomElement(using: &random)!
            let name = ["a.log", "b.log", "c.log"].randomElement(using: &random)!
            history.append("\(step) \(name)")
            switch step {
            case .write, .write2: try write(Int.random(in: 1...5, using: &random), to: name, of: tail, &model)
            case .partial: try begin(name, of: tail, &model)
            case .rotate, .rotateAway:
                guard let content = model.files.removeValue(forKey: name) else { continue }
                model.nextRotation += 1
                // A rotated name that matches the pattern, or one that does not.
                let other = step == .rotate ? "r\(model.nextRotation).log" : "\(name).\(model.nextRotation)"
                try tail.folder.rename(name, to: other)
                if step == .rotate { model.files[other] = content }
                // Under a name that does not match, only a file known before is followed.
                if step == .rotateAway, !content.isOpen { model.mayBeLost.formUnion(content.fresh) }
                if step == .rotateAway, content.isReplaced { model.held += content.fresh }
            case .truncate:
                guard let content = model.files[name] else { continue }
                model.mayBeLost.formUnion(content.fresh)
                model.files[name] = Model.Content(isOpen: content.isOpen, isReplaced: true)
                try tail.folder.truncate(name)
            case .delete:
                guard let content = model.files.removeValue(forKey: name) else { continue }
                if content.isOpen { model.held += content.fresh } else { model.mayBeLost.formUnion(content.fresh) }
                try tail.folder.remove(name)
            case .poll, .poll2: try poll()
            case .restart:
                let positions = try tail.positions()
                try tail.start(parallelism: Int.random(in: 1...3, using: &random), positions: positions)
                model.mayBeLost.formUnion(model.held)
                model.held = []
                for name in model.files.keys {
                    model.files[name]?.isOpen = true
                    model.files[name]?.isReplaced = false
                }
            case .clock: tail.clock.advance(nanoseconds: UInt64.random(in: 0...3_000_000_000, using: &random))
            }
        }
        for name in Array(model.files.keys) { try finish(name, of: tail, &model) }
        try poll()
        try poll()
        for (line, _) in model.expected {
            let count = received[line] ?? 0
            #expect(
                count == 1 || (count == 0 && model.mayBeLost.contains(line)),
                "seed \(seed): '\(line)' came \(count) times; \(history)")
        }
        for line in received.keys {
            #expect(model.expected[line] != nil, "seed \(seed): '\(line)' was never written; \(history)")
        }
    }

    private func write(_ count: Int, to name: String, of tail: TailHarness, _ model: inout Model) throws {
        try finish(name, of: tail, &model)
        for _ in 0..<count {
            let line = "line \(model.nextLine) of \(name)"
            model.nextLine += 1
            try tail.folder.append("{\"s\":\"\(line)\"}\n", to: name)
            model.files[name, default: Model.Content()].fresh.append(line)
            model.expected[line] = 1
        }
    }

    private func begin(_ name: String, of tail: TailHarness, _ model: inout Model) throws {
        try finish(name, of: tail, &model)
        let line = "half \(model.nextLine) of \(name)"
        model.nextLine += 1
        try tail.folder.append("{\"s\":\"\(line)", to: name)
        model.files[name, default: Model.Content()].partial = line
    }

    private func finish(_ name: String, of tail: TailHarness, _ model: inout Model) throws {
        guard let line = model.files[name]?.partial else { return }
        try tail.folder.append("\"}\n", to: name)
        model.files[name]?.partial = nil
        model.files[name]?.fresh.append(line)
        model.expected[line] = 1
    }
}
