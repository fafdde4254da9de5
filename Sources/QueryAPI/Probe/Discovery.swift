package import MKDSCore

/// What `POST /v1/cameras/discoveries` is asked, as a JSON object.
package struct DiscoveryQuery: Hashable, Sendable {
    package static let propertyNames = ["seconds", "interface"]

    /// How long to listen.
    package var seconds: Double
    /// The one network interface to search; nil for all.
    package var interface: String?

    package init(seconds: Double = DiscoveryOrder.usual, interface: String? = nil) {
        self.seconds = seconds
        self.interface = interface
    }

    /// - Throws: ``Problem`` of kind `bad-parameter` with every complaint.
    package init(_ value: JSONValue) throws(Problem) {
        var reader = try ParameterReader(value, known: Self.propertyNames)
        seconds = reader.takeNumber("seconds", 1.0...DiscoveryOrder.longest) ?? DiscoveryOrder.usual
        // Linux keeps 15 bytes of a name (IFNAMSIZ) and allows neither slash nor blank in it.
        interface = reader.take("interface", "a network interface's name", "jméno síťového rozhraní") { name in
            (1...15).contains(name.utf8.count) && name.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 47 } ? name : nil
        }
        try reader.finish()
    }

    /// The object ``init(_:)`` reads.
    package var json: JSONValue {
        var members: [String: JSONValue] = ["seconds": .number(seconds)]
        members["interface"] = interface.map(JSONValue.string)
        return .object(members)
    }
}

/// One line of the answer to a discovery: progress, and at the end the report or a problem.
package struct DiscoveryMessage: Hashable, Codable, Sendable {
    /// Seconds listened so far.
    package var listened: Double?
    package var report: DiscoveryReport?
    package var problem: Problem?

    package init(listened: Double? = nil, report: DiscoveryReport? = nil, problem: Problem? = nil) {
        self.listened = listened
        self.report = report
        self.problem = problem
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case report, problem
        case listened = "listened_s"
    }
}

/// The cameras that answered a search of the local networks.
package struct DiscoveryReport: Hashable, Codable, Sendable {
    /// One of them.
    package struct Item: Hashable, Codable, Sendable {
        package var device: DiscoveredDevice
        /// Cameras of the register at one of its addresses, by id; several for a recorder or a camera with several eyes.
        package var cameras: [CameraID]
    }

    package var items: [Item]
    /// Why nothing could be searched; absent when it was.
    package var failure: String?

    /// - Parameters:
    ///   - notice: From the search.
    ///   - cameras: Id and address of each camera of the register.
    package init(_ notice: DiscoveryNotice, registered cameras: [(id: CameraID, url: String)]) {
        var byHost: [String: [CameraID]] = [:]
        for camera in cameras.sorted(by: { $0.id < $1.id }) {
            if let host = Self.host(camera.url) { byHost[host, default: []].append(camera.id) }
        }
        items = (notice.devices ?? []).map { device in
            let hosts = Set(device.addresses.compactMap(Self.host) + device.answeredFrom.map { $0.lowercased() })
            return Item(device: device, cameras: Set(hosts.flatMap { byHost[$0] ?? [] }).sorted())
        }
        failure = notice.failure
    }

    /// Name or address of a URL's host, without port, brackets and capitals; nil for a file.
    static func host(_ url: String) -> String? {
        guard let mark = url.firstRange(of: "://") else { return nil }
        let authority = url[mark.upperBound...].prefix { !"/?#".contains($0) }
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        if place.hasPrefix("["), let end = place.firstIndex(of: "]") {
            return place[place.index(after: place.startIndex)..<end].lowercased()
        }
        let host = place.prefix { $0 != ":" }
        return host.isEmpty ? nil : host.lowercased()
    }
}
