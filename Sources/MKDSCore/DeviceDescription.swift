/// What a camera says of itself over its ONVIF device services. It holds no secret.
package struct DeviceDescription: Hashable, Codable, Sendable {
    package var manufacturer: String
    package var model: String
    package var firmware: String
    package var serialNumber: String
    /// Nil when the camera told no time.
    package var clock: DeviceClock?
    /// Services it offers: `media`, `media2`, `events`, `ptz`, `imaging`, `analytics`, `recording` and the like.
    package var services: [String]
    /// Most pixels first; at most 64.
    package var profiles: [DeviceProfile]
    /// Tokens of the profiles to watch: the largest picture, and a small one of the same video source for motion.
    package var mainProfile: String?
    package var subProfile: String?
    /// Whether events can be fetched (ONVIF Core Specification § 9.2, PullPoint).
    package var hasPullPoint: Bool
    /// Named positions of a camera that moves.
    package var presets: [DevicePreset]
    /// What could not be asked, one English sentence each; empty when all was.
    package var troubles: [String]

    /// A camera that has said nothing yet.
    package init() {
        manufacturer = ""
        model = ""
        firmware = ""
        serialNumber = ""
        clock = nil
        services = []
        profiles = []
        hasPullPoint = false
        presets = []
        troubles = []
    }

    private enum CodingKeys: String, CodingKey {
        case manufacturer, model, firmware, clock, services, profiles, presets, troubles
        case serialNumber = "serial_number"
        case mainProfile = "main_profile"
        case subProfile = "sub_profile"
        case hasPullPoint = "pull_point"
    }
}

/// The camera's clock as its device service told it, once (`GetSystemDateAndTime`, ONVIF Core Specification § 8.3).
package struct DeviceClock: Hashable, Codable, Sendable {
    /// What it told, whole seconds.
    package var told: UTCTime
    /// Camera clock minus server clock, seconds; the best estimate.
    package var offset: Double
    /// Half-width of the interval around ``offset`` that holds the truth: half the round trip and a second, because
    /// the protocol has whole seconds, cut off or rounded.
    package var uncertainty: Double
    /// Whether the camera says that it follows NTP.
    package var isNTP: Bool
    /// POSIX time zone as the camera writes it; empty when it tells none.
    package var zone: String

    package init(told: UTCTime, offset: Double, uncertainty: Double, isNTP: Bool, zone: String) {
        self.told = told
        self.offset = offset
        self.uncertainty = uncertainty
        self.isNTP = isNTP
        self.zone = zone
    }

    private enum CodingKeys: String, CodingKey {
        case told, offset, uncertainty, zone
        case isNTP = "ntp"
    }
}

/// A media profile: one way in which a camera sends a video source.
package struct DeviceProfile: Hashable, Codable, Sendable {
    package var token: String
    package var name: String
    /// Which sensor or input it shows.
    package var source: String
    /// `H264`, `H265`, `JPEG`, `MPEG4` as the camera writes it; empty for a profile without video.
    package var encoding: String
    package var width: Int
    package var height: Int
    /// Pictures a second that it is set to; 0 when not told.
    package var frameRate: Double
    /// Upper bound in kbit/s that it is set to; 0 when not told.
    package var bitRate: Int
    /// Whether the stream carries a metadata track.
    package var hasMetadata: Bool
    /// Whether it can be moved.
    package var hasPTZ: Bool
    /// Address of the stream, without user name and password; nil when the camera gave none that can be used.
    package var url: String?
    /// The host the camera named, where it was not its own and ``url`` has the camera's instead.
    package var foreignHost: String?

    package init(
        token: String, name: String = "", source: String = "", encoding: String = "", width: Int = 0, height: Int = 0,
        frameRate: Double = 0, bitRate: Int = 0, hasMetadata: Bool = false, hasPTZ: Bool = false, url: String? = nil,
        foreignHost: String? = nil
    ) {
        self.token = token
        self.name = name
        self.source = source
        self.encoding = encoding
        self.width = width
        self.height = height
        self.frameRate = frameRate
        self.bitRate = bitRate
        self.hasMetadata = hasMetadata
        self.hasPTZ = hasPTZ
        self.url = url
        self.foreignHost = foreignHost
    }

    private enum CodingKeys: String, CodingKey {
        case token, name, source, encoding, width, height, url
        case frameRate = "frame_rate"
        case bitRate = "bit_rate"
        case hasMetadata = "metadata"
        case hasPTZ = "ptz"
        case foreignHost = "foreign_host"
    }
}

/// A named position of a camera that moves (ONVIF PTZ Service Specification § 5.3).
package struct DevicePreset: Hashable, Codable, Sendable {
    package var token: String
    package var name: String

    package init(token: String, name: String) {
        self.token = token
        self.name = name
    }
}

/// A device that answered a search of the local network (WS-Discovery). Nothing in it is proved: anybody may answer.
package struct DiscoveredDevice: Hashable, Codable, Sendable {
    /// Its endpoint address, `urn:uuid:…`: the same through all its interfaces.
    package var endpoint: String
    /// Device service addresses it names, `http` or `https`, without credentials; at most 8.
    package var addresses: [String]
    /// The numeric addresses its answers came from.
    package var answeredFrom: [String]
    /// The interface it was heard on.
    package var interface: String
    /// From its scopes (ONVIF Core Specification § 7.3.3): `onvif://www.onvif.org/name/…`; empty when not told.
    package var name: String
    package var hardware: String
    package var location: String
    /// Local names of its types: `NetworkVideoTransmitter`, `Device`.
    package var types: [String]

    package init(
        endpoint: String, addresses: [String], answeredFrom: [String], interface: String, name: String = "",
        hardware: String = "", location: String = "", types: [String] = []
    ) {
        self.endpoint = endpoint
        self.addresses = addresses
        self.answeredFrom = answeredFrom
        self.interface = interface
        self.name = name
        self.hardware = hardware
        self.location = location
        self.types = types
    }

    private enum CodingKeys: String, CodingKey {
        case endpoint, addresses, interface, name, hardware, location, types
        case answeredFrom = "answered_from"
    }
}
