/// What mkdsd asks of a `mkds-capture discover`: one JSON line on its standard input, which then stays open. Its end
/// means: stop in order.
package struct DiscoveryOrder: Hashable, Codable, Sendable {
    /// Longest listening, seconds.
    package static let longest = 15.0
    /// Listening unless told otherwise, seconds: the slowest cameras answer within three.
    package static let usual = 4.0
    /// Most interfaces that may be named.
    package static let interfaceLimit = 32

    /// How long to listen, seconds.
    package var seconds: Double
    /// Network interfaces to search; nil for all that can multicast.
    package var interfaces: [String]?

    package init(seconds: Double = Self.usual, interfaces: [String]? = nil) {
        self.seconds = seconds
        self.interfaces = interfaces
    }
}

/// One line of `mkds-capture discover` on its standard output: that it listens, and what it heard at the end.
package struct DiscoveryNotice: Hashable, Codable, Sendable {
    /// Seconds listened so far.
    package var listened: Double
    /// The end; nil before it.
    package var devices: [DiscoveredDevice]?
    /// Why no network could be searched, an English sentence without a full stop; beside no devices.
    package var failure: String?

    package init(listened: Double, devices: [DiscoveredDevice]? = nil, failure: String? = nil) {
        self.listened = listened
        self.devices = devices
        self.failure = failure
    }
}
