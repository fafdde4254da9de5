package import MKDSCore

/// What `POST /v1/cameras/probes` is asked, as a JSON object.
///
/// It may hold a password, so it is never logged and complaints about it quote nothing of that.
package struct ProbeQuery: Hashable, Sendable {
    package static let propertyNames = [
        "camera", "url", "credential", "user", "password", "trust", "device_service", "seconds",
    ]
    /// Bytes of the whole object.
    package static let byteLimit = 64 << 10
    private static let secondsRange = 1.0...ProbeOrder.longest

    /// A camera of the register, looked at by what stands there.
    package var camera: CameraID?
    /// Any other; without user name and password.
    package var url: String?
    /// Name of a credential of the daemon.
    package var credential: String?
    package var user: String?
    package var password: String?
    /// Whom to expect behind an `rtsps://` URL.
    package var trust: CameraTrust?
    /// Address of the camera's ONVIF device service, where it is not the usual one.
    package var deviceService: String?
    /// How long to watch.
    package var seconds: Double

    package init(
        camera: CameraID? = nil, url: String? = nil, credential: String? = nil, user: String? = nil,
        password: String? = nil, trust: CameraTrust? = nil, deviceService: String? = nil,
        seconds: Double = ProbeOrder.usual
    ) {
        self.camera = camera
        self.url = url
        self.credential = credential
        self.user = user
        self.password = password
        self.trust = trust
        self.deviceService = deviceService
        self.seconds = seconds
    }

    /// - Throws: ``Problem`` of kind `bad-parameter` with every complaint.
    package init(_ value: JSONValue) throws(Problem) {
        var reader = try ParameterReader(value, known: Self.propertyNames)
        camera = reader.take("camera", "a camera's id", "označení kamery") { CameraID($0) }
        url = Self.plain(reader.take("url", "", "") { $0 }, "url", 2000, &reader)
        credential = Self.plain(reader.take("credential", "", "") { $0 }, "credential", 64, &reader)
        user = Self.plain(reader.take("user", "", "") { $0 }, "user", 256, &reader)
        password = Self.plain(reader.take("password", "", "") { $0 }, "password", 256, &reader)
        let trust = reader.take("trust", "", "") { $0 }
        self.trust = trust.flatMap(CameraTrust.init)
        if trust != nil, self.trust == nil {
            reader.complain(
                "trust", "neither a SHA-256 fingerprint nor up to 8 certificates in PEM",
                "není otisk SHA-256 ani nejvýše 8 certifikátů PEM")
        }
        deviceService = Self.plain(reader.take("device_service", "", "") { $0 }, "device_service", 2000, &reader)
        if deviceService?.contains("@") == true {
            reader.complain("device_service", "holds a user name", "obsahuje jméno")
        }
        seconds = reader.takeNumber("seconds", Self.secondsRange) ?? ProbeOrder.usual
        check(&reader)
        try reader.finish()
    }

    private func check(_ reader: inout ParameterReader) {
        switch (camera, url) {
        case (nil, nil): reader.complain("url", "missing; or name a camera", "chybí; nebo uveďte camera")
        case (.some, .some): reader.complain("url", "not beside camera", "ne spolu s camera")
        default: break
        }
        if camera != nil, credential ?? user ?? password != nil || trust != nil {
            reader.complain(
                "camera", "is looked at as registered, without credential, user, password and trust",
                "zkouší se podle evidence, bez credential, user, password a trust")
        }
        if credential != nil, user != nil || password != nil {
            reader.complain("credential", "not beside user and password", "ne spolu s user a password")
        }
        if password != nil, user == nil { reader.complain("user", "missing beside password", "chybí u password") }
    }

    /// A text as given, or nil with a complaint that does not quote it.
    private static func plain(
        _ text: String?, _ name: String, _ limit: Int, _ reader: inout ParameterReader
    ) -> String? {
        guard let text else { return nil }
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
        if !text.isEmpty, text.utf8.count <= limit, isPlain { return text }
        reader.complain(name, "must be 1 to \(limit) printable bytes", "musí mít 1 až \(limit) tisknutelných bajtů")
        return nil
    }

    /// The object ``init(_:)`` reads.
    package var json: JSONValue {
        let members: [(String, JSONValue?)] = [
            ("camera", camera.map { .string($0.rawValue) }), ("url", url.map(JSONValue.string)),
            ("credential", credential.map(JSONValue.string)), ("user", user.map(JSONValue.string)),
            ("password", password.map(JSONValue.string)), ("trust", trust.map { .string($0.text) }),
            ("device_service", deviceService.map(JSONValue.string)), ("seconds", .number(seconds)),
        ]
        return .object(Dictionary(uniqueKeysWithValues: members.compactMap { name, value in value.map { (name, $0) } }))
    }
}

extension ProbeQuery: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "a probe" }
    package var debugDescription: String { description }
}
