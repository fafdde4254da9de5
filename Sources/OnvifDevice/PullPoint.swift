internal import MKDSCore
internal import OnvifMetadata

/// A subscription to a camera's events (ONVIF Core Specification § 9.2): made, renewed and given back.
///
/// What the camera calls it (`SubscriptionReference`) is sent back as it came: address in `wsa:To`, reference parameters
/// as header blocks (WS-Addressing 1.0 SOAP Binding § 3.3), with their names, namespaces, attributes and texts under new
/// prefixes. Only the host and port that is connected to are always the camera's own, by ``ServiceAddress``.
package final class PullPoint {
    /// As many as a document can be linked to.
    private static let messageLimit = RawDocument.eventLimit
    /// What we ask for; cameras give what they like.
    private static let lifetime: Duration = .seconds(60)
    /// How long the camera may wait for something to happen, at most.
    private static let patience: Duration = .seconds(10)
    private static let parameterByteLimit = 4096
    private static let notification = "http://docs.oasis-open.org/wsn/b-2"
    private static let wsdl = "http://www.onvif.org/ver10/events/wsdl"

    private let client: DeviceClient
    private let address: ServiceAddress
    /// Header blocks of every request: To and reference parameters.
    private let reference: String
    /// When the camera ends it unless it is renewed.
    private var expiry: ContinuousClock.Instant
    private var granted: Duration
    private var isRenewable = true

    /// Subscribes to everything the camera tells.
    ///
    /// - Throws: ``DeviceError``, `unsupported` when the camera has no event service.
    package init(_ client: DeviceClient) throws(DeviceError) {
        guard let events = try client.address(of: .events) else {
            throw DeviceError(.unsupported, "the camera offers no event service")
        }
        var request = SOAPRequest(
            "CreatePullPointSubscription", Self.wsdl,
            "<t:InitialTerminationTime>PT\(Self.lifetime.components.seconds)S</t:InitialTerminationTime>")
        request.action = "\(Self.wsdl)/EventPortType/CreatePullPointSubscriptionRequest"
        request.headers = Self.addressing(request.action, to: events.url)
        let response = try client.call(request, at: events).response
        // Verbatim, without white space around it, which is none of an xs:anyURI.
        let words = response.at("SubscriptionReference", "Address")?.text.split(whereSeparator: \.isWhitespace) ?? []
        let named = words.joined(separator: " ")
        guard let address = client.service.following(named) else {
            throw DeviceError(.malformed, "the camera made a subscription but told no address for it")
        }
        let parameters = response.at("SubscriptionReference", "ReferenceParameters")?.children ?? []
        guard
            let blocks = XMLElement.serialized(
                parameters, extra: " a:IsReferenceParameter=\"true\"", byteLimit: Self.parameterByteLimit)
        else {
            throw DeviceError(.malformed, "the camera's reference to the subscription is too long")
        }
        self.client = client
        self.address = address
        reference = "<a:To>\(XMLElement.escaped(named))</a:To>\(blocks)"
        granted = Self.lifetime(response) ?? Self.lifetime
        expiry = .now + granted
    }

    /// Asks the camera to tell the state of everything again, so that what began before is known.
    ///
    /// - Throws: ``DeviceError``; a camera that cannot do so is no error.
    package func synchronise() throws(DeviceError) {
        do throws(DeviceError) {
            _ = try send("SetSynchronizationPoint", Self.wsdl, "", port: "PullPointSubscription")
        } catch {
            guard error.topic == .unsupported else { throw error }
        }
    }

    /// Waits until something happened, at most ten seconds and half of what the subscription lives.
    ///
    /// - Returns: The whole SOAP message as the camera sent it, and how many notifications it has.
    /// - Throws: ``DeviceError``; a fault most often means that the camera has forgotten the subscription.
    package func pull() throws(DeviceError) -> (document: [UInt8], count: Int) {
        try renewIfDue()
        let patience = max(.seconds(1), min(Self.patience, granted / 2))
        let answer = try send(
            "PullMessages", Self.wsdl,
            "<t:Timeout>PT\(patience.components.seconds)S</t:Timeout>"
                + "<t:MessageLimit>\(Self.messageLimit)</t:MessageLimit>",
            port: "PullPointSubscription", within: patience + client.deadline)
        if let lifetime = Self.lifetime(answer.response) {
            expiry = max(expiry, .now + lifetime)
            granted = lifetime
        }
        return (answer.document, answer.response.all("NotificationMessage").count)
    }

    /// Gives the subscription back, as cameras have few; within two seconds, even when the stop flag is raised. Errors do
    /// not matter: it ends by itself soon.
    package func unsubscribe() {
        guard let farewell = try? client.unstoppable() else { return }
        _ = try? send("Unsubscribe", Self.notification, "", port: nil, within: .seconds(2), by: farewell)
    }

    // MARK: -

    private func renewIfDue() throws(DeviceError) {
        guard isRenewable, ContinuousClock.now + granted / 2 > expiry else { return }
        do throws(DeviceError) {
            let answer = try send(
                "Renew", Self.notification,
                "<t:TerminationTime>PT\(Self.lifetime.components.seconds)S</t:TerminationTime>", port: nil)
            granted = Self.lifetime(answer.response) ?? Self.lifetime
            expiry = .now + granted
        } catch {
            // Pulling keeps many subscriptions alive by itself; if this one is gone, the next pull will tell.
            guard error.topic == .unsupported else { throw error }
            isRenewable = false
        }
    }

    private func send(
        _ name: String, _ namespace: String, _ content: String, port: String?, within limit: Duration? = nil,
        by other: DeviceClient? = nil
    ) throws(DeviceError) -> SOAPAnswer {
        var request = SOAPRequest(name, namespace, content)
        let action =
            switch port {
            case let port?: "\(namespace)/\(port)/\(name)Request"
            case nil: "\(Self.notification.replacing("/b-2", with: "/bw-2"))/SubscriptionManager/\(name)Request"
            }
        request.action = action
        request.headers = "<a:Action>\(action)</a:Action>\(reference)"
        return try (other ?? client).call(request, at: address, within: limit)
    }

    private static func addressing(_ action: String?, to url: String) -> String {
        "<a:Action>\(action ?? "")</a:Action><a:To>\(XMLElement.escaped(url))</a:To>"
    }

    /// How long the camera lets it live, by its own clock; nil when it tells no times that make sense.
    private static func lifetime(_ response: XMLElement) -> Duration? {
        guard let now = response["CurrentTime"].flatMap({ UTCTime($0.trimmedText) }),
            let end = response["TerminationTime"].flatMap({ UTCTime($0.trimmedText) })
        else { return nil }
        let lifetime = end - now
        return (.seconds(1) ... .seconds(86_400)).contains(lifetime) ? lifetime : nil
    }
}
