internal import CLinux
internal import Glibc
internal import Linux
package import MKDSCore
package import Media

/// Searches the local networks for ONVIF devices (WS-Discovery 1.0, April 2005; ONVIF Core Specification § 7.3).
///
/// A question by multicast to 239.255.255.250:3702 on every interface with an IPv4 address, with a TTL of 1, so that it
/// leaves no network; asked twice, as datagrams get lost. Blocks its thread for the whole search.
package enum Discovery {
    /// Devices that are remembered; a network of more is searched in parts.
    package static let deviceLimit = 1024
    static let interfaceLimit = 32
    /// Datagrams that are read in one search, and from one address.
    private static let datagramLimit = 8192
    private static let datagramLimitOfOne = 64
    private static let group = "239.255.255.250"
    private static let port: UInt16 = 3702
    /// SOAP-over-UDP § 3.4 repeats after 50 to 250 ms; a little more spares slow cameras' buffers.
    private static let repeatAfter: Duration = .milliseconds(400)

    /// Asks and listens.
    ///
    /// - Parameters:
    ///   - duration: How long to listen; cameras answer within half a second, slow ones within three.
    ///   - wanted: Names of those to search; nil for all that can multicast, but loopback.
    ///   - stop: Ends the search when raised; what was found until then is returned.
    /// - Returns: The devices in the order of their names and endpoints.
    /// - Throws: ``DeviceError`` when no interface can be searched.
    package static func search(
        for duration: Duration, interfaces wanted: Set<String>? = nil, stop: StopFlag
    ) throws(DeviceError) -> [DiscoveredDevice] {
        var doors: [Door] = []
        defer { for door in doors { close(door.descriptor) } }
        var trouble: Int32 = 0
        for interface in MulticastInterface.all(named: wanted).prefix(interfaceLimit) {
            do throws(SystemError) {
                doors.append(try Door(interface))
            } catch {
                trouble = error.code
            }
        }
        let probes = [Probe.transmitter, Probe.device].map { Probe($0) }
        let began = ContinuousClock.now
        var isRepeated = false
        var reached = 0
        for door in doors { reached += door.ask(probes, group: group, port: port) ? 1 : 0 }
        guard reached > 0 else {
            throw DeviceError(
                .unreachable,
                doors.isEmpty
                    ? "there is no network interface that can be searched"
                    : "the question to the local network could not be sent", underlying: "errno \(trouble)")
        }
        var gathering = ProbeGathering(questions: Set(probes.map(\.id)))
        var counts: [String: Int] = [:]
        var total = 0
        // When the time is over, what has arrived is still taken.
        var isOver = false
        while total < datagramLimit {
            let passed = began.duration(to: .now)
            isOver = isOver || stop.isRaised || passed >= duration
            if !isRepeated, !isOver, passed >= repeatAfter {
                isRepeated = true
                for door in doors { _ = door.ask(probes, group: group, port: port) }
            }
            let left = (isRepeated ? duration : min(duration, repeatAfter)) - passed
            let open = ready(doors, for: isOver ? .zero : max(.milliseconds(1), left), stop)
            if isOver, open.isEmpty { break }
            for door in open {
                guard let (bytes, source) = door.receive() else { continue }
                total += 1
                counts[source, default: 0] += 1
                guard counts[source, default: 0] <= datagramLimitOfOne else { continue }
                gathering.take(bytes, from: source, on: door.interface)
            }
        }
        return gathering.devices
    }

    private static func ready(_ doors: [Door], for limit: Duration, _ stop: StopFlag) -> [Door] {
        let descriptors = doors.map(\.descriptor) + [stop.descriptor]
        let mask = mkds_wait_readable(descriptors, Int32(descriptors.count), limit.pollMilliseconds)
        return doors.enumerated().filter { mask & 1 << Int64($0.offset) != 0 }.map(\.element)
    }
}

/// A network interface's IPv4 address.
struct MulticastInterface {
    var name: String
    var address: in_addr

    /// Those that are up; of the unnamed only those that can multicast and are not loopback.
    static func all(named wanted: Set<String>?) -> [MulticastInterface] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: [MulticastInterface] = []
        var entry = list
        while let current = entry?.pointee {
            entry = current.ifa_next
            guard let address = current.ifa_addr, address.pointee.sa_family == sa_family_t(AF_INET),
                let name = current.ifa_name.map({ String(cString: $0) })
            else { continue }
            let flags = Int(current.ifa_flags)
            let isUp = flags & IFF_UP != 0
            let isWanted =
                wanted?.contains(name)
                ?? (flags & IFF_MULTICAST != 0 && flags & IFF_LOOPBACK == 0)
            guard isUp, isWanted else { continue }
            let number = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_addr }
            found.append(MulticastInterface(name: name, address: number))
        }
        return found
    }
}

/// The socket of a search on one interface.
private struct Door {
    let descriptor: Int32
    let interface: String

    init(_ interface: MulticastInterface) throws(SystemError) {
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { throw SystemError("open a socket for the search") }
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        own.sin_addr = interface.address
        var address = interface.address
        let isBound = withUnsafePointer(to: own) { own in
            own.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound,
            setsockopt(
                descriptor, Int32(IPPROTO_IP), IP_MULTICAST_IF, &address, socklen_t(MemoryLayout<in_addr>.size)) == 0
        else {
            let error = SystemError("open a socket for the search")
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.interface = interface.name
    }

    /// Sends the questions; false when the kernel takes none. The TTL of multicast is 1 unless set (ip(7)).
    func ask(_ probes: [Probe], group: String, port: UInt16) -> Bool {
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        inet_pton(AF_INET, group, &target.sin_addr)
        var isSent = false
        for probe in probes {
            let bytes = probe.message
            let sent = withUnsafePointer(to: target) { target in
                target.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            isSent = isSent || sent == bytes.count
        }
        return isSent
    }

    /// One datagram and the numeric address it came from; nil when there is none.
    func receive() -> (bytes: [UInt8], source: String)? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var source = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutablePointer(to: &source) { source in
            source.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
            }
        }
        guard count > 0 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
        guard inet_ntop(AF_INET, &source.sin_addr, &text, socklen_t(text.count)) != nil else { return nil }
        let numeric = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return (Array(buffer.prefix(count)), numeric)
    }
}
