/// The outside world in one value: time, disk and randomness.
///
/// Everything that runs gets one of these and nothing else; a test hands in a virtual clock, a disk that loses
/// unsynced writes and a seed, and the whole run can be repeated.
package struct Environment: Sendable {
    package var clock: any TimeSource
    package var files: any FileSystem
    package var random: any RandomSource

    package init(
        clock: any TimeSource = SystemClock(), files: any FileSystem = SystemFileSystem(),
        random: any RandomSource = SystemRandomSource()
    ) {
        self.clock = clock
        self.files = files
        self.random = random
    }
}
