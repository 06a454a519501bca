import Diagnostics
import Glibc

/// This program once more, with other arguments.
package enum OwnProcess {
    /// Starts it with the output of this one, waits for its end and gives its exit code.
    package static func run(_ arguments: [String]) throws -> Int32 {
        var words = (["millrace"] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var child = pid_t()
        let failure = posix_spawn(&child, "/proc/self/exe", nil, nil, words, environ)
        guard failure == 0 else {
            throw MillraceError(
                .internalError, code: "no_process",
                "a process could not be started: \(String(cString: strerror(failure)))")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) == -1, errno == EINTR {}
        // The exit code, or that of a shell for a signal.
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }
}
