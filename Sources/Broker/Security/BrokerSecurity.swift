import Diagnostics

/// What a broker has that asks who comes.
struct BrokerSecurity: Sendable {
    let control: AccessControl
    let passwords: PasswordDesk
    let doorkeeper: Doorkeeper

    init(control: AccessControl, random: any RandomSource) {
        self.control = control
        passwords = PasswordDesk(control: control)
        doorkeeper = Doorkeeper(control: control, passwords: passwords, random: random)
    }

    func stop() { passwords.stop() }
}
