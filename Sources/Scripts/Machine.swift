import CPlatform
import Diagnostics
import Glibc

/// Facts of the machine and the process.
package enum Machine {
    /// Processors this process may use.
    package static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// Shards of one job, at most.
    package static var parallelismMax: Int { Limits.parallelism }

    package static var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }

    /// Memory of this process now.
    package static var residentBytes: UInt64 { millrace_resident_bytes() }

    /// The folders in `parent` that hold a millrace.yaml, sorted by name.
    package static func applicationFolders(in parent: String) throws -> [String] {
        let files = SystemFileSystem()
        guard try files.status(parent)?.kind == .directory else {
            throw MillraceError(
                .user, code: "no_folder", "there is no folder \(parent)", hint: "name it with --apps")
        }
        return try files.list(parent).map { "\(parent)/\($0)" }.filter {
            try files.status($0 + "/millrace.yaml") != nil
        }
    }

    /// The environment of the process.
    package static var environment: [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let line = String(cString: text)
            if let equals = line.firstIndex(of: "=") {
                result[String(line[..<equals])] = String(line[line.index(after: equals)...])
            }
            entry += 1
        }
        return result
    }

    /// True when standard error is a terminal: progress may be redrawn in place.
    package static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// Numbers as people read them.
package enum Figures {
    package static func grouped(_ number: UInt64) -> String {
        var digits = Array(String(number).reversed())
        var index = 3
        while index < digits.count {
            digits.insert(",", at: index)
            index += 4
        }
        return String(digits.reversed())
    }

    /// With so many digits after the point, rounded.
    package static func decimal(_ number: Double, _ places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        guard number.isFinite, abs(number) * scale < 9e18 else { return "\(number)" }
        let scaled = Int64((number * scale).rounded())
        let whole = scaled / Int64(scale)
        let rest = String((scaled % Int64(scale)).magnitude)
        let sign = scaled < 0 && whole == 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        return "\(sign)\(whole)." + String(repeating: "0", count: places - rest.count) + rest
    }
}

/// Standard error.
package enum StandardError {
    package static func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// Standard output, whole lines at a time; a reader that went away ends the process quietly.
package enum StandardOutput {
    package static func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Glibc.write(STDOUT_FILENO, buffer.baseAddress! + done, buffer.count - done)
                if count > 0 {
                    done += count
                } else if errno == EPIPE {
                    _exit(0)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
