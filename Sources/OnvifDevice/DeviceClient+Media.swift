internal import MKDSCore
internal import OnvifMetadata

/// Profiles and their streams (ONVIF Media Service Specification § 5, Media2 Service Specification § 5).
extension DeviceClient {
    /// Profiles that are read; recorders of many cameras have more.
    static let profileLimit = 64

    /// All profiles with their streams, most pixels first.
    ///
    /// - Parameter withStreams: Their addresses, too, each of which is a question of its own.
    /// - Returns: At most ``profileLimit``.
    /// - Throws: ``DeviceError`` when the camera has no media service or will not tell its profiles.
    func profiles(withStreams: Bool = true) throws(DeviceError) -> [DeviceProfile] {
        let services = try offeredServices()
        var failure = DeviceError(.unsupported, "the camera offers no media service")
        // H.265 is told by the younger service only.
        for kind in [ServiceKind.media2, .media] {
            guard let address = services[kind] else { continue }
            do throws(DeviceError) {
                let found = try profiles(kind, at: address, withStreams: withStreams)
                if !found.isEmpty { return found.sorted { $0.pixels > $1.pixels } }
            } catch {
                guard error.topic == .unsupported else { throw error }
                failure = error
            }
        }
        throw failure
    }

    private func profiles(
        _ kind: ServiceKind, at address: ServiceAddress, withStreams: Bool
    ) throws(DeviceError) -> [DeviceProfile] {
        let wanted = ["VideoSource", "VideoEncoder", "Metadata", "PTZ"].map { "<t:Type>\($0)</t:Type>" }.joined()
        let request = SOAPRequest("GetProfiles", kind.namespace, kind == .media2 ? wanted : "")
        var profiles: [DeviceProfile] = []
        for element in try call(request, at: address).response.all("Profiles").prefix(Self.profileLimit) {
            guard var profile = DeviceProfile(element, isMedia2: kind == .media2) else { continue }
            if withStreams, !profile.encoding.isEmpty {
                let named = try streamAddress(of: profile.token, kind, at: address)
                (profile.url, profile.foreignHost) = StreamAddress.read(named ?? "", camera: service.host)
            }
            profiles.append(profile)
        }
        return profiles
    }

    /// What the camera names as the stream's address; nil when it refuses.
    private func streamAddress(
        of token: String, _ kind: ServiceKind, at address: ServiceAddress
    ) throws(DeviceError) -> String? {
        let token = XMLElement.escaped(token)
        let setup =
            "<t:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol>"
            + "</tt:Transport></t:StreamSetup>"
        let content = kind == .media2 ? "<t:Protocol>RTSP</t:Protocol>" : setup
        let request = SOAPRequest(
            "GetStreamUri", kind.namespace, "\(content)<t:ProfileToken>\(token)</t:ProfileToken>")
        do throws(DeviceError) {
            let response = try call(request, at: address).response
            return (response.at("MediaUri", "Uri") ?? response["Uri"])?.trimmedText
        } catch {
            guard error.topic == .unsupported else { throw error }
            return nil
        }
    }
}

extension DeviceProfile {
    var pixels: Int { width * height }

    /// A profile of either media service; nil without a token.
    init?(_ element: XMLElement, isMedia2: Bool) {
        guard let token = element.attribute("token"), !token.isEmpty, token.utf8.count <= 256 else { return nil }
        let parts = isMedia2 ? element["Configurations"] : element
        let encoder = parts?[isMedia2 ? "VideoEncoder" : "VideoEncoderConfiguration"]
        let source = parts?[isMedia2 ? "VideoSource" : "VideoSourceConfiguration"]
        let rate = encoder?["RateControl"]
        self.init(
            token: token, name: DeviceClient.word(element["Name"]), source: DeviceClient.word(source?["SourceToken"]),
            encoding: DeviceClient.word(encoder?["Encoding"]),
            width: Self.number(encoder?.at("Resolution", "Width"), 1...16_384),
            height: Self.number(encoder?.at("Resolution", "Height"), 1...16_384),
            frameRate: Self.rate(rate?["FrameRateLimit"]), bitRate: Self.number(rate?["BitrateLimit"], 1...10_000_000),
            hasMetadata: parts?[isMedia2 ? "Metadata" : "MetadataConfiguration"] != nil,
            hasPTZ: parts?[isMedia2 ? "PTZ" : "PTZConfiguration"] != nil)
    }

    private static func number(_ element: XMLElement?, _ range: ClosedRange<Int>) -> Int {
        guard let value = Int(element?.trimmedText ?? ""), range.contains(value) else { return 0 }
        return value
    }

    private static func rate(_ element: XMLElement?) -> Double {
        guard let value = Double(element?.trimmedText ?? ""), value > 0, value <= 1000 else { return 0 }
        return value
    }
}

/// The address of a stream as a camera names it.
enum StreamAddress {
    private static let schemes = ["rtsp": 554, "rtsps": 322, "http": 80, "https": 443]
    private static let secrets = ["password=", "passwd=", "pwd=", "pass=", "password_"]

    /// The address without user name and password, on the camera's own host.
    ///
    /// - Returns: nil and nil when it cannot be used: no URL, another protocol, or a password in its path, which must not
    ///   stand in a register; else the host that the camera had named if it was another.
    static func read(_ text: String, camera host: String) -> (url: String?, foreignHost: String?) {
        guard text.utf8.count <= ServiceAddress.byteLimit, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            let parts = URLParts(text), let named = parts.host, let usual = schemes[parts.scheme]
        else { return (nil, nil) }
        let lowered = parts.path.lowercased()
        guard !secrets.contains(where: lowered.contains) else { return (nil, nil) }
        let port = parts.port.map { Int($0) } ?? usual
        let url = "\(parts.scheme)://\(bracketed(host))\(port == usual ? "" : ":\(port)")\(parts.path)"
        return (url, named == host ? nil : named)
    }
}

/// Which of a camera's profiles to watch.
enum StreamPair {
    /// Smaller pictures show too little of a person.
    private static let smallestWidth = 320
    private static let smallestHeight = 180

    /// The profile with the largest picture, and of the same video source the smallest one that is still good enough to
    /// find motion in.
    static func choose(_ profiles: [DeviceProfile]) -> (main: DeviceProfile, sub: DeviceProfile?)? {
        let playable = profiles.filter { $0.url != nil && $0.pixels > 0 }
        guard let main = playable.max(by: { $0.pixels < $1.pixels }) else { return nil }
        let sub = playable.filter {
            $0.source == main.source && $0.pixels < main.pixels && $0.width >= smallestWidth
                && $0.height >= smallestHeight
        }
        return (main, sub.min { $0.pixels < $1.pixels })
    }
}
