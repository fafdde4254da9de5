package import MKDSCore
internal import OnvifMetadata

/// Where a camera that moves can look, and looks (ONVIF PTZ Service Specification § 5).
extension DeviceClient {
    static let presetLimit = 256

    /// The named positions; none for a camera that does not move.
    ///
    /// - Throws: ``DeviceError``.
    func presets(of profile: String) throws(DeviceError) -> PresetMap {
        guard let address = try address(of: .ptz) else { return PresetMap(profile: profile, entries: []) }
        let request = SOAPRequest(
            "GetPresets", ServiceKind.ptz.namespace, "<t:ProfileToken>\(XMLElement.escaped(profile))</t:ProfileToken>")
        let found = try call(request, at: address).response.all("Preset").prefix(Self.presetLimit)
        let entries = found.compactMap { preset -> PresetMap.Entry? in
            guard let token = preset.attribute("token"), !token.isEmpty, token.utf8.count <= 256 else { return nil }
            return PresetMap.Entry(
                preset: DevicePreset(token: token, name: Self.word(preset["Name"])),
                position: PTZHeading(preset["PTZPosition"]))
        }
        return PresetMap(profile: profile, entries: Array(entries))
    }

    /// The presets of the camera's first profile that moves; nil for a camera that does not move or names no positions.
    ///
    /// - Throws: ``DeviceError``.
    package func presets() throws(DeviceError) -> PresetMap? {
        guard try address(of: .ptz) != nil,
            let profile = try profiles(withStreams: false).first(where: { $0.hasPTZ })
        else { return nil }
        let map = try presets(of: profile.token)
        return map.entries.contains { $0.position != nil } ? map : nil
    }

    /// Where the camera looks now; nil while it moves, or when it does not tell.
    ///
    /// - Throws: ``DeviceError``.
    package func heading(by map: PresetMap) throws(DeviceError) -> PTZHeading? {
        guard let address = try address(of: .ptz) else { return nil }
        let request = SOAPRequest(
            "GetStatus", ServiceKind.ptz.namespace,
            "<t:ProfileToken>\(XMLElement.escaped(map.profile))</t:ProfileToken>")
        let status = try call(request, at: address).response["PTZStatus"]
        let moves = [status?.at("MoveStatus", "PanTilt"), status?.at("MoveStatus", "Zoom")]
        guard !moves.contains(where: { $0?.trimmedText == "MOVING" }) else { return nil }
        return PTZHeading(status?["Position"])
    }
}

/// Where a camera that moves looks, in whatever unit it tells (`tt:PTZVector`); the same for presets and status.
package struct PTZHeading: Hashable, Sendable {
    package let pan: Double
    package let tilt: Double
    package let zoom: Double

    /// Nil without pan and tilt; zoom is 0 where the camera has none.
    init?(_ vector: XMLElement?) {
        guard let direction = vector?["PanTilt"], let pan = Self.number(direction, "x"),
            let tilt = Self.number(direction, "y")
        else { return nil }
        self.pan = pan
        self.tilt = tilt
        zoom = vector?["Zoom"].flatMap { Self.number($0, "x") } ?? 0
    }

    package init(pan: Double, tilt: Double, zoom: Double) {
        self.pan = pan
        self.tilt = tilt
        self.zoom = zoom
    }

    private static func number(_ element: XMLElement, _ name: String) -> Double? {
        guard let value = Double(element.attribute(name) ?? ""), value.isFinite else { return nil }
        return value
    }
}

/// The named positions of one camera.
package struct PresetMap: Sendable {
    struct Entry: Sendable {
        var preset: DevicePreset
        /// Nil when the camera does not tell it.
        var position: PTZHeading?
    }

    /// A share of the normalised range (−1…1): motors do not come to rest on the same step each time.
    private static let tolerance = 0.01

    /// Token of the profile by which the camera is asked.
    let profile: String
    let entries: [Entry]

    package var presets: [DevicePreset] { entries.map(\.preset) }

    /// The preset at which the camera looks, the nearest one; nil when it looks elsewhere.
    package func preset(at heading: PTZHeading) -> DevicePreset? {
        let near = entries.compactMap { entry -> (DevicePreset, Double)? in
            guard let position = entry.position else { return nil }
            let distance = max(
                abs(position.pan - heading.pan), abs(position.tilt - heading.tilt), abs(position.zoom - heading.zoom))
            return distance <= Self.tolerance ? (entry.preset, distance) : nil
        }
        return near.min { $0.1 < $1.1 }?.0
    }
}
