/// Where the query server listens, whom it lets in and what it bounds.
package struct QueryServerConfiguration: Sendable {
    /// Where connections come from.
    package enum Listener: Sendable {
        /// A Unix socket of our own at this path, mode 0660; `group` (a name or number) owns it beside the daemon's user.
        case path(String, group: String?)
        /// A listening Unix socket handed over by systemd. The server closes it at the end.
        case inherited(Int32)
    }

    /// Bounds; each is a policy, said at its use.
    package struct Limits: Hashable, Sendable {
        /// Open connections, all users together. More are answered with a problem and closed.
        package var connections = 256
        /// Open connections of one user.
        package var connectionsPerUser = 64
        /// Live feeds at once. More get a problem.
        package var streams = 64
        /// Bytes of all header fields of a request.
        package var headerByteCount = 16 * 1024
        /// Bytes of an imported document.
        package var bodyByteCount = 32 * 1024 * 1024
        /// How long an imported document may take to arrive.
        package var bodyDeadline = Duration.seconds(120)
        /// How long a connection may say nothing between requests or within one.
        package var idleTime = Duration.seconds(60)
        /// How long a client may leave what we send unread before it is cut off.
        package var stallTime = Duration.seconds(60)
        /// Silence after which the live feed says that it lives.
        package var heartbeat = Duration.seconds(15)
        /// How long open answers may go on after the order to stop.
        package var shutdownGrace = Duration.seconds(5)

        package init() {}
    }

    package var listener: Listener
    package var access: AccessRules
    package var limits: Limits

    package init(listener: Listener, access: AccessRules, limits: Limits = Limits()) {
        self.listener = listener
        self.access = access
        self.limits = limits
    }
}
