/// The networks cameras may be in: where capture processes connect to, and nowhere else.
package struct CameraNetworks: Hashable, Sendable {
    /// Most networks a town may name.
    package static let limit = 64

    /// Addresses that are routed inside an organisation only: RFC 1918, RFC 4193 (unique local) and both link-local
    /// ranges. Not this machine itself (127.0.0.0/8): its own services are no cameras.
    package static let standard = CameraNetworks(
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"]
            .compactMap { IPNetwork($0) })

    package var networks: [IPNetwork]

    package init(_ networks: [IPNetwork]) {
        self.networks = networks
    }

    /// Reads what ``description`` wrote; nil when a part of it is no network.
    package init?(_ text: String) {
        let parts = text.split(separator: ",")
        let networks = parts.compactMap { IPNetwork(String($0)) }
        guard networks.count == parts.count, networks.count <= Self.limit else { return nil }
        self.networks = networks
    }

    package func contains(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// The address in a camera's URL when it is written there in numbers and lies outside; nil for a host name, which
    /// is known only once it is looked up, and for a file.
    package func outsider(in url: String) -> IPAddress? {
        guard let mark = url.firstRange(of: "://") else { return nil }
        let authority = url[mark.upperBound...].prefix { !"/?#".contains($0) }
        let host =
            authority.hasPrefix("[") ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        guard let address = IPAddress(host), !contains(address) else { return nil }
        return address
    }
}

extension CameraNetworks: CustomStringConvertible {
    /// Separated by commas; empty for none.
    package var description: String { networks.map(\.description).joined(separator: ",") }
}
