extension MediaInput {
    /// Whether the host is a name, which the system's resolver has to turn into an address.
    package var needsResolver: Bool { host.contains { $0.isLetter } && !host.contains(":") }
}
