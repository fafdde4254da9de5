internal import CLinux
internal import Glibc
package import MKDSCore

extension CaptureWalls.AddressFilter {
    /// Addresses for documentation (RFC 5737): nobody's.
    private static let nobodys = ["192.0.2.1", "198.51.100.1", "203.0.113.1"].compactMap { IPAddress($0) }

    /// Tries the filter with datagrams that never leave the machine. It is one for all of IP; IPv4 stands for both.
    ///
    /// - Parameter networks: What the filter is to admit. When they hold every address there is nothing to be refused,
    ///   which is told as ``absent``.
    package init(trying networks: CameraNetworks) {
        let inside = networks.networks.map(\.address)
        let outside = Self.nobodys.filter { !networks.contains($0) }
        if inside.contains(where: Self.isRefused) {
            self = .narrow
        } else {
            self = outside.contains(where: Self.isRefused) ? .stands : .absent
        }
    }

    private static func isRefused(_ address: IPAddress) -> Bool {
        guard address.bytes.count == 4 else { return false }
        let number = address.bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return mkds_send_on_loopback(number) != 0 && errno == EPERM
    }
}
