internal import Linux
package import MKDSCore
package import Media
internal import OnvifMetadata

/// Asks one camera over its ONVIF device services; of one thread. Every call blocks until the camera has answered, the
/// deadline has passed or the stop flag was raised.
///
/// It holds the password and shows it to nobody: neither in errors nor in descriptions.
package final class DeviceClient {
    /// What to ask.
    package struct Configuration: Sendable {
        /// The camera's device service: `http://host/onvif/device_service`.
        package var service: ServiceAddress
        package var user: String?
        package var password: String?
        /// Whom to expect behind https.
        package var trust: CameraTrust?
        /// Longest time of one call.
        package var deadline: Duration

        package init(
            service: ServiceAddress, user: String? = nil, password: String? = nil, trust: CameraTrust? = nil,
            deadline: Duration = .seconds(10)
        ) {
            self.service = service
            self.user = user
            self.password = password
            self.trust = trust
            self.deadline = deadline
        }
    }

    /// How the camera wants its requests signed: found out by being refused.
    private enum Scheme {
        /// A WS-Security token in the message.
        case token
        case http(HTTPAuthentication)
    }

    let service: ServiceAddress
    let deadline: Duration
    private let configuration: Configuration
    private let login: (user: String, password: String)?
    private let connection: HTTPConnection
    private let now: () -> UTCTime
    private var scheme = Scheme.token
    /// Camera clock minus server clock, for the tokens.
    private var clockOffset: Duration = .zero
    private var services: [ServiceKind: ServiceAddress]?

    /// - Parameters:
    ///   - configuration: Which camera, and as whom.
    ///   - stop: Ends any call when raised.
    ///   - now: The server's wall clock.
    /// - Throws: ``DeviceError`` without memory.
    package init(
        _ configuration: Configuration, stop: StopFlag, now: @escaping () -> UTCTime = { .now }
    ) throws(DeviceError) {
        self.configuration = configuration
        service = configuration.service
        deadline = configuration.deadline
        login = configuration.user.map { ($0, configuration.password ?? "") }
        self.now = now
        connection = try HTTPConnection(to: service, login: login, trust: configuration.trust, stop: stop)
    }

    /// A client that knows what this one knows, and that nobody can stop: for a short farewell.
    ///
    /// - Throws: ``DeviceError`` without memory.
    func unstoppable() throws(DeviceError) -> DeviceClient {
        let client = try DeviceClient(configuration, stop: StopFlag(), now: now)
        client.scheme = scheme
        client.clockOffset = clockOffset
        client.services = services
        return client
    }

    // MARK: - Calls

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - request: What to ask.
    ///   - address: Of the service.
    ///   - isOpen: The camera answers it to anybody, so nothing is signed.
    ///   - deadline: Nil for the usual one.
    /// - Returns: What the camera answered.
    /// - Throws: ``DeviceError``.
    func call(
        _ request: SOAPRequest, at address: ServiceAddress, isOpen: Bool = false, within deadline: Duration? = nil
    ) throws(DeviceError) -> SOAPAnswer {
        let limit = deadline ?? self.deadline
        guard let login, !isOpen else {
            return try understand(request, post(request, to: address, security: nil, .none, limit))
        }
        switch scheme {
        case .http(let authentication):
            return try understand(request, post(request, to: address, security: nil, authentication, limit))
        case .token:
            let created = now() + clockOffset
            guard let token = SecurityToken.header(user: login.user, password: login.password, created: created)
            else { throw DeviceError(.unsupported, "OpenSSL refuses to make a SHA-1 digest") }
            let answer = try post(request, to: address, security: token, .none, limit)
            guard isRefusal(answer) else { return try understand(request, answer) }
            var offer = offered(by: answer, at: address)
            if offer == nil {
                // Some cameras name the way they want only to those who try none.
                offer = offered(by: try post(request, to: address, security: nil, .none, limit), at: address)
            }
            guard let offered = offer else { return try understand(request, answer) }
            let signed = try post(request, to: address, security: nil, offered, limit)
            let understood = try understand(request, signed)
            scheme = .http(offered)
            return understood
        }
    }

    private func isRefusal(_ answer: HTTPAnswer) -> Bool {
        if answer.status == 401 { return true }
        guard answer.status >= 400, let read = try? SOAPAnswer.read(answer.body) else { return false }
        return read.fault?.isRefusal ?? false
    }

    private func offered(by answer: HTTPAnswer, at address: ServiceAddress) -> HTTPAuthentication? {
        if answer.offersDigest { return .digest }
        return answer.offersBasic && address.isEncrypted ? .basic : nil
    }

    private func post(
        _ request: SOAPRequest, to address: ServiceAddress, security: String?, _ authentication: HTTPAuthentication,
        _ limit: Duration
    ) throws(DeviceError) -> HTTPAnswer {
        try connection.post(
            request.envelope(security: security), contentType: request.contentType, to: address,
            authentication: authentication, deadline: limit)
    }

    private func understand(_ request: SOAPRequest, _ answer: HTTPAnswer) throws(DeviceError) -> SOAPAnswer {
        if answer.status == 401 || answer.status == 403 { throw refusal(answer) }
        guard !answer.body.isEmpty else {
            throw DeviceError(
                .unsupported, "the camera answered \(request.name) with HTTP status \(answer.status) and nothing else")
        }
        let read: (answer: SOAPAnswer?, fault: SOAPAnswer.Fault?)
        do throws(DeviceError) {
            read = try SOAPAnswer.read(answer.body)
        } catch {
            // A page that says "not found" is no broken SOAP.
            guard (200...299).contains(answer.status) else {
                throw DeviceError(
                    .unsupported, "the camera answered \(request.name) with HTTP status \(answer.status)",
                    underlying: error.underlying)
            }
            throw error
        }
        if let fault = read.fault { throw error(fault, request) }
        guard let understood = read.answer, understood.response.name == "\(request.name)Response" else {
            throw DeviceError(.malformed, "the camera answered \(request.name) with something else")
        }
        return understood
    }

    private func refusal(_ answer: HTTPAnswer) -> DeviceError {
        if login == nil {
            return DeviceError(.credentialsRefused, "the camera wants a user name and password for its ONVIF services")
        }
        if answer.offersBasic, !answer.offersDigest, !service.isEncrypted {
            return DeviceError(
                .credentialsRefused,
                "the camera wants the password in the clear (HTTP Basic), which is sent over https only")
        }
        return DeviceError(
            .credentialsRefused,
            "the camera refused the user name or password for its ONVIF services, or this user "
                + "may not use them")
    }

    private func error(_ fault: SOAPAnswer.Fault, _ request: SOAPRequest) -> DeviceError {
        let words = (fault.codes + [fault.reason]).joined(separator: " ")
        if fault.isRefusal {
            return DeviceError(
                .credentialsRefused,
                login == nil
                    ? "the camera wants a user name and password for its ONVIF services"
                    : "the camera refused the user name or password for its ONVIF services, or this user may not "
                        + "use them",
                underlying: words)
        }
        return DeviceError(
            .unsupported,
            fault.isUnsupported
                ? "the camera does not offer \(request.name)" : "the camera refused \(request.name) with a fault",
            underlying: words)
    }

    // MARK: - Clock

    /// The camera's clock against the server's; every later call that needs a token is dated by it.
    ///
    /// - Returns: nil when the camera tells no UTC time.
    /// - Throws: ``DeviceError``.
    package func clock() throws(DeviceError) -> DeviceClock? {
        let asked = now()
        let began = ContinuousClock.now
        let request = SOAPRequest("GetSystemDateAndTime", ServiceKind.device.namespace)
        let answer: SOAPAnswer
        do throws(DeviceError) {
            answer = try call(request, at: service, isOpen: true)
        } catch {
            // Some cameras answer this to their users only, against the specification (§ 8.3.6: pre-authentication).
            guard error.topic == .credentialsRefused, login != nil else { throw error }
            answer = try call(request, at: service)
        }
        let roundTrip = began.duration(to: .now)
        guard let clock = DeviceClock(answer.response, asked: asked, roundTrip: roundTrip) else { return nil }
        clockOffset = .microseconds(Int64(clock.offset * 1_000_000))
        return clock
    }

    // MARK: - Services

    /// Where a service answers; nil when the camera does not offer it.
    ///
    /// - Throws: ``DeviceError``.
    func address(of kind: ServiceKind) throws(DeviceError) -> ServiceAddress? {
        try offeredServices()[kind]
    }

    /// The services and where they answer, always on the camera's own host; asked for once.
    ///
    /// - Throws: ``DeviceError``.
    func offeredServices() throws(DeviceError) -> [ServiceKind: ServiceAddress] {
        if let services { return services }
        var found: [ServiceKind: ServiceAddress] = [.device: service]
        do throws(DeviceError) {
            let request = SOAPRequest(
                "GetServices", ServiceKind.device.namespace, "<t:IncludeCapability>false</t:IncludeCapability>")
            for entry in try call(request, at: service).response.all("Service").prefix(64) {
                guard let kind = ServiceKind(namespace: entry["Namespace"]?.trimmedText ?? ""), found[kind] == nil
                else { continue }
                found[kind] = service.following(entry["XAddr"]?.trimmedText ?? "")
            }
        } catch {
            // GetServices is younger than GetCapabilities.
            guard error.topic == .unsupported else { throw error }
            let request = SOAPRequest(
                "GetCapabilities", ServiceKind.device.namespace, "<t:Category>All</t:Category>")
            let answer = try call(request, at: service).response["Capabilities"]
            for kind in ServiceKind.allCases where kind != .device {
                guard let name = kind.capability else { continue }
                let entry = answer?[name] ?? answer?.at("Extension", name)
                found[kind] = entry?["XAddr"].flatMap { service.following($0.trimmedText) }
            }
        }
        services = found
        return found
    }

    /// Fills in maker, model, firmware and serial number.
    ///
    /// - Throws: ``DeviceError``.
    package func describeMaker(_ description: inout DeviceDescription) throws(DeviceError) {
        let answer = try call(SOAPRequest("GetDeviceInformation", ServiceKind.device.namespace), at: service).response
        description.manufacturer = Self.word(answer["Manufacturer"])
        description.model = Self.word(answer["Model"])
        description.firmware = Self.word(answer["FirmwareVersion"])
        description.serialNumber = Self.word(answer["SerialNumber"])
    }

    /// Text of a camera as a person may see it: at most 100 characters on one line.
    static func word(_ element: XMLElement?) -> String {
        String((element?.trimmedText ?? "").replacing("\n", with: " ").prefix(100))
    }
}

extension DeviceClient: CustomStringConvertible {
    package var description: String { "an ONVIF device" }
}

/// Services of ONVIF that are asked or named here.
enum ServiceKind: String, CaseIterable {
    case device, media, media2, events, ptz, imaging, analytics, recording, search, replay, deviceio

    var namespace: String {
        switch self {
        case .media2: "http://www.onvif.org/ver20/media/wsdl"
        case .ptz, .imaging, .analytics: "http://www.onvif.org/ver20/\(rawValue)/wsdl"
        case .deviceio: "http://www.onvif.org/ver10/deviceIO/wsdl"
        default: "http://www.onvif.org/ver10/\(rawValue)/wsdl"
        }
    }

    init?(namespace: String) {
        guard let kind = Self.allCases.first(where: { $0.namespace == namespace }) else { return nil }
        self = kind
    }

    /// Name of the service in the answer to GetCapabilities.
    var capability: String? {
        switch self {
        case .media: "Media"
        case .events: "Events"
        case .ptz: "PTZ"
        case .imaging: "Imaging"
        case .analytics: "Analytics"
        case .recording: "Recording"
        case .search: "Search"
        case .replay: "Replay"
        case .deviceio: "DeviceIO"
        case .device, .media2: nil
        }
    }
}
