import FoundationEssentials
import Glibc
import MKDSCore
import TestMedia
import Testing

/// A network of a test's own.
private enum PrivateNetwork {
    static let isAvailable = (try? Program.run(["unshare", "-n", "true"])) != nil
}

/// `mkds-capture discover`, in its box, in a network of its own with one device in it.
@Suite(.timeLimit(.minutes(10)), .enabled(if: PrivateNetwork.isAvailable, "needs the right to make networks"))
struct DiscoverTests {
    /// Answers every question of WS-Discovery, once its network is up, beside the program.
    private static let script = #"""
        import fcntl, json, re, socket, struct, subprocess, sys, threading
        up = socket.socket()
        fcntl.ioctl(up, 0x8914, struct.pack("16sh", b"lo", 0x1049))  # SIOCSIFFLAGS: up, running, multicast
        device = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        device.bind(("", 3702))
        group = socket.inet_aton("239.255.255.250") + socket.inet_aton("127.0.0.1")
        device.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        answer = """<E:Envelope xmlns:E="http://www.w3.org/2003/05/soap-envelope"
         xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
         xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><E:Header><a:RelatesTo>%s</a:RelatesTo></E:Header>
         <E:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:1</a:Address>
         </a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types>
         <d:Scopes>onvif://www.onvif.org/name/Namesti onvif://www.onvif.org/hardware/KP-4</d:Scopes>
         <d:XAddrs>http://127.0.0.1/onvif/device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches></E:Body></E:Envelope>"""

        def serve():
            while True:
                question, asker = device.recvfrom(65536)
                found = re.search(rb"MessageID>([^<]*)<", question)
                if found:
                    device.sendto((answer % found.group(1).decode()).encode(), asker)

        threading.Thread(target=serve, daemon=True).start()
        program = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        program.stdin.write(b'{"seconds":10,"interfaces":["lo"]}\n')
        program.stdin.flush()
        for line in program.stdout:
            print(line.decode(), end="", flush=True)
            if b'"devices"' in line:
                break
        program.stdin.close()
        print("status", program.wait(), flush=True)
        """#

    @Test func findsTheDeviceThatAnswers() throws {
        let output = try Program.run([
            "unshare", "-n", "/usr/bin/python3", "-c", Self.script, try Program.product("mkds-capture"), "discover",
        ])
        let lines = output.split(separator: "\n")
        #expect(lines.last == "status 0")
        let last = try #require(lines.dropLast().last)
        let notice = try JSONDecoder().decode(DiscoveryNotice.self, from: Data(last.utf8))
        let device = try #require(notice.devices?.first)
        #expect(notice.devices?.count == 1)
        #expect(device.name == "Namesti" && device.hardware == "KP-4" && device.answeredFrom == ["127.0.0.1"])
        #expect(device.addresses == ["http://127.0.0.1/onvif/device_service"])
    }
}
