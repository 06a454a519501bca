import CPlatform
import Glibc
import Scripts

/// What the process needs before anything else.
package enum ProcessSetup {
    /// Ignores the signals that would end the process over a closed pipe or a file size limit, and makes sure of the
    /// processor. False, with a message, when this machine cannot run the binary.
    package static func prepare() -> Bool {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        raiseDescriptorLimit()
        guard millrace_cpu_is_supported() == 1 else {
            StandardError.write("error: this processor lacks AVX2, which millrace is built for\n")
            return false
        }
        return true
    }

    /// Followed files stay open: the soft limit of 1,024 that many systems set is for shells, not for collectors.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max
        else {
            return
        }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
