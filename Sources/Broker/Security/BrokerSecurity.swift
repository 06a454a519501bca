import Diagnostics

/// What a broker has that asks who comes.
struct BrokerSecurity: Sendable {
    let control: AccessControl
    let doorkeeper: Doorkeeper

    init(control: AccessControl, random: any RandomSource) {
        self.control = control
        doorkeeper = Doorkeeper(control: control, random: random)
    }
}
