import Diagnostics
import Glibc

/// The terminal the shell runs on: raw mode, keys as bytes, its size.
package final class Terminal {
    private var saved = termios()
    private var isRaw = false

    /// Nil when standard input or output is no terminal.
    package init?() {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, tcgetattr(STDIN_FILENO, &saved) == 0 else {
            return nil
        }
        var raw = saved
        // Output is left as it is, so that a line feed still begins a line.
        raw.c_lflag &= ~UInt32(ICANON | ECHO | ISIG | IEXTEN)
        raw.c_iflag &= ~UInt32(IXON | ICRNL | INLCR)
        withUnsafeMutableBytes(of: &raw.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        guard tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0 else { return nil }
        isRaw = true
        // Texts that are pasted come between marks.
        write("\u{1B}[?2004h")
    }

    deinit { restore() }

    /// Gives the terminal back as it was.
    package func restore() {
        guard isRaw else { return }
        isRaw = false
        write("\u{1B}[?2004l")
        var before = saved
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before)
    }

    /// Columns and rows; 80 by 24 where they are not known.
    package var size: (width: Int, height: Int) { Self.currentSize }

    static var currentSize: (width: Int, height: Int) {
        var window = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(window.ws_col), Int(window.ws_row))
    }

    package func write(_ text: String) { StandardOutput.write(Array(text.utf8)) }

    /// The bytes that are there within so many milliseconds; nil at the end of the input, empty when none came. Waits for good
    /// when no time is given.
    package func read(waitMilliseconds: Int32 = -1) -> [UInt8]? {
        var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        let ready = poll(&descriptor, 1, waitMilliseconds)
        if ready == 0 || (ready < 0 && errno == EINTR) { return [] }
        guard ready > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR || errno == EAGAIN { return [] }
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }
}

/// Standard input as a whole, for scripts that are piped in.
package enum StandardInput {
    /// Bytes of a script, at most.
    private static let limit = 1 << 20

    package static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    package static func readAll() throws -> String {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = part.withUnsafeMutableBytes { Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += part.prefix(count)
            guard bytes.count <= limit else {
                throw MillraceError(
                    .user, code: "file_too_long", "the script has more than \(limit) bytes", file: "standard input")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw MillraceError(.user, code: "invalid_utf8", "the script is not UTF-8", file: "standard input")
        }
        return text
    }
}
