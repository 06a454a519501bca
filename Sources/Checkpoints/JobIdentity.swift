/// Whose epochs these are: a directory is restored only by the job that wrote it.
package struct JobIdentity: Sendable, Equatable {
    package var name: String
    /// Set where state is only meaningful to one plan; 0 where it tells itself what it is made of.
    package var planHash: UInt64
    /// The version of the bytes inside states, as the operators write them. Older ones are restored, newer refused.
    package var formatVersion: UInt32
    /// Names the job had before: epochs of those are restored too. Not stored.
    package var formerNames: [String]

    package init(name: String, planHash: UInt64, formatVersion: UInt32, formerNames: [String] = []) {
        self.name = name
        self.formerNames = formerNames
        self.planHash = planHash
        self.formatVersion = formatVersion
    }
}
