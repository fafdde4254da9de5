import Glibc

/// A device on this machine that answers searches of the network, as often as it is told to.
final class DiscoveryResponder: Sendable {
    private let descriptor: Int32

    /// - Parameter address: Numeric address of the interface it listens on.
    /// - Throws: ``NoMulticast`` where that cannot be.
    init(on address: String) throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        own.sin_port = UInt16(3702).bigEndian
        var membership = ip_mreq()
        inet_pton(AF_INET, "239.255.255.250", &membership.imr_multiaddr)
        inet_pton(AF_INET, address, &membership.imr_interface)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        let isBound = withUnsafePointer(to: own) { own in
            own.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        let size = socklen_t(MemoryLayout<ip_mreq>.size)
        guard isBound,
            setsockopt(descriptor, Int32(IPPROTO_IP), IP_ADD_MEMBERSHIP, &membership, size) == 0
        else {
            close(descriptor)
            throw NoMulticast()
        }
    }

    deinit { close(descriptor) }

    struct NoMulticast: Error {}

    /// Answers so many questions, waiting for each up to a minute.
    func answer(_ count: Int) throws {
        for _ in 0..<count {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 60_000) == 1 else { throw NoMulticast() }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var asker = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &asker) { asker in
                asker.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    let received = recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
                    let question = String(decoding: buffer.prefix(max(0, received)), as: UTF8.self)
                    guard let id = Self.messageID(question) else { return }
                    let answer = ProbeGatheringTests.answer(to: id)
                    sendto(descriptor, answer, answer.count, 0, $0, length)
                }
            }
        }
    }

    private static func messageID(_ question: String) -> String? {
        guard let begin = question.firstRange(of: "MessageID>"),
            let end = question[begin.upperBound...].firstIndex(of: "<")
        else { return nil }
        return String(question[begin.upperBound..<end])
    }
}
