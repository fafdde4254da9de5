internal import Linux
internal import MKDSCore
internal import OnvifMetadata

/// A question to all devices of a network (WS-Discovery § 5.3.1).
struct Probe {
    /// `wsa:MessageID`, to which an answer must relate.
    let id: String
    let message: [UInt8]

    /// Types that ONVIF devices answer to: cameras and encoders; every device of newer specifications.
    static let transmitter = "<d:Types xmlns:t=\"http://www.onvif.org/ver10/network/wsdl\">t:NetworkVideoTransmitter"
    static let device = "<d:Types xmlns:t=\"http://www.onvif.org/ver10/device/wsdl\">t:Device"

    init(_ types: String) {
        id = "urn:uuid:\(UUIDv7(at: .now))"
        message = Array(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" \
            xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" \
            xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>\
            <a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>\
            <a:MessageID>\(id)</a:MessageID>\
            <a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>\
            </s:Header><s:Body><d:Probe>\(types)</d:Types></d:Probe></s:Body></s:Envelope>
            """.utf8)
    }
}

/// Brings the answers to a search together: one device for each endpoint address, however often and from wherever it
/// answered. Pure.
struct ProbeGathering {
    private static let addressLimit = 8
    private static let matchLimit = 16
    private static var limits: DocumentLimits {
        var limits = DocumentLimits()
        limits.inflatedByteCount = 65_536
        limits.elementCount = 1024
        return limits
    }

    /// Message ids of the questions; answers to others are not ours.
    let questions: Set<String>
    private var found: [String: DiscoveredDevice] = [:]

    init(questions: Set<String>) {
        self.questions = questions
    }

    /// In the order of names, then endpoints.
    var devices: [DiscoveredDevice] {
        found.values.sorted { ($0.name, $0.endpoint) < ($1.name, $1.endpoint) }
    }

    /// Takes one datagram; what is no answer to our questions is left out.
    mutating func take(_ datagram: [UInt8], from source: String, on interface: String) {
        guard let root = try? ElementTreeReader.read(datagram, limits: Self.limits), root.name == "Envelope",
            let related = root.at("Header", "RelatesTo")?.trimmedText, questions.contains(related),
            let matches = root.at("Body", "ProbeMatches")
        else { return }
        for match in matches.all("ProbeMatch").prefix(Self.matchLimit) {
            guard let device = Self.device(match, source, interface) else { continue }
            if let known = found[device.endpoint] {
                found[device.endpoint] = Self.merge(known, device)
            } else if found.count < Discovery.deviceLimit {
                found[device.endpoint] = device
            }
        }
    }

    private static func device(_ match: XMLElement, _ source: String, _ interface: String) -> DiscoveredDevice? {
        let endpoint = match.at("EndpointReference", "Address")?.trimmedText ?? ""
        guard !endpoint.isEmpty, endpoint.utf8.count <= 256, endpoint.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { return nil }
        var device = DiscoveredDevice(
            endpoint: endpoint, addresses: [], answeredFrom: [source], interface: interface)
        for word in words(match["XAddrs"]).prefix(addressLimit) where ServiceAddress(word) != nil {
            device.addresses.append(word)
        }
        device.types = words(match["Types"]).prefix(8).map { type in
            String(type[(type.lastIndex(of: ":").map { type.index(after: $0) } ?? type.startIndex)...].prefix(64))
        }
        for scope in words(match["Scopes"]).prefix(64) {
            let parts = scope.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: true)
            guard parts.count == 4, parts[0] == "onvif:", parts[1] == "www.onvif.org" else { continue }
            let value = percentDecoded(parts[3])
            switch parts[2] {
            case "name" where device.name.isEmpty: device.name = value
            case "hardware" where device.hardware.isEmpty: device.hardware = value
            case "location" where device.location.isEmpty: device.location = value
            default: break
            }
        }
        return device
    }

    private static func words(_ element: XMLElement?) -> [String] {
        (element?.text ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// A scope's value as a person may see it: at most 100 characters without control characters.
    private static func percentDecoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8.prefix(600))[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        let decoded = String(decoding: bytes, as: UTF8.self).unicodeScalars
        let shown = decoded.filter { $0.isShowable }
        return String(String.UnicodeScalarView(shown).prefix(100))
    }

    private static func merge(_ known: DiscoveredDevice, _ again: DiscoveredDevice) -> DiscoveredDevice {
        var merged = known
        for address in again.addresses where merged.addresses.count < addressLimit {
            if !merged.addresses.contains(address) { merged.addresses.append(address) }
        }
        for source in again.answeredFrom where merged.answeredFrom.count < addressLimit {
            if !merged.answeredFrom.contains(source) { merged.answeredFrom.append(source) }
        }
        for type in again.types where merged.types.count < 8 && !merged.types.contains(type) {
            merged.types.append(type)
        }
        if merged.name.isEmpty { merged.name = again.name }
        if merged.hardware.isEmpty { merged.hardware = again.hardware }
        if merged.location.isEmpty { merged.location = again.location }
        return merged
    }
}
