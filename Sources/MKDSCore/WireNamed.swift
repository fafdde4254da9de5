/// A choice stored by number and spoken by name: JSON, CSV and query parameters carry ``wireName`` in `snake_case`.
package protocol WireNamed: RawRepresentable<UInt8>, CaseIterable, Hashable, Codable, Sendable {
    var wireName: String { get }
}

extension WireNamed {
    package init?(wireName: some StringProtocol) {
        guard let value = Self.allCases.first(where: { $0.wireName == wireName }) else { return nil }
        self = value
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = Self(wireName: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no such \(Self.self): \(text)"))
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wireName)
    }
}

extension EventKind: WireNamed {
    package var wireName: String {
        switch self {
        case .motion: "motion"
        case .object: "object"
        case .rule: "rule"
        case .tamper: "tamper"
        case .health: "health"
        }
    }
}

extension EventSource: WireNamed {
    package var wireName: String {
        switch self {
        case .camera: "camera"
        case .server: "server"
        }
    }
}

extension DocumentPath: WireNamed {
    package var wireName: String {
        switch self {
        case .track: "track"
        case .pullPoint: "pull_point"
        }
    }
}

extension ClockSource: WireNamed {
    package var wireName: String {
        switch self {
        case .arrival: "arrival"
        case .rtcp: "rtcp"
        case .camera: "camera"
        case .file: "file"
        }
    }
}

extension TimeCheck: WireNamed {
    package var wireName: String {
        switch self {
        case .verified: "verified"
        case .deviating: "deviating"
        case .unverified: "unverified"
        }
    }
}

extension EndReason: WireNamed {
    package var wireName: String {
        switch self {
        case .over: "over"
        case .split: "split"
        case .streamLost: "stream_lost"
        case .withdrawn: "withdrawn"
        case .recovered: "recovered"
        }
    }
}

extension MediaSigning: WireNamed {
    package var wireName: String {
        switch self {
        case .absent: "absent"
        case .onvif: "onvif"
        case .axis: "axis"
        }
    }
}

extension MetadataFormat: WireNamed {
    package var wireName: String {
        switch self {
        case .onvif: "onvif"
        case .klv: "klv"
        }
    }
}

extension PlaceBasis: WireNamed {
    package var wireName: String {
        switch self {
        case .scenePoint: "scene_point"
        case .mast: "mast"
        case .unknown: "unknown"
        }
    }
}
