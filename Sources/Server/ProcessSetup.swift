import CPlatform
import Glibc

/// What the process needs before anything else.
package enum ProcessSetup {
    /// Ignores the signals that would end the process over a closed pipe or a file size limit, and makes sure of the
    /// processor. False, with a message, when this machine cannot run the binary.
    package static func prepare() -> Bool {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        guard millrace_cpu_is_supported() == 1 else {
            StandardError.write("error: this processor lacks AVX2, which millrace is built for\n")
            return false
        }
        return true
    }
}
