internal import Linux
internal import MKDSCore

/// What a simulated ONVIF device answers, as cameras write it.
enum OnvifAnswers {
    private static let names = """
        xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa5="http://www.w3.org/2005/08/addressing" \
        xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" \
        xmlns:tr2="http://www.onvif.org/ver20/media/wsdl" xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl" \
        xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" \
        xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tns1="http://www.onvif.org/ver10/topics" \
        xmlns:ter="http://www.onvif.org/ver10/error"
        """

    private static func envelope(_ body: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <SOAP-ENV:Envelope \(names)><SOAP-ENV:Body>\(body)</SOAP-ENV:Body></SOAP-ENV:Envelope>
        """
    }

    static func fault(_ code: String, _ subcode: String, _ reason: String) -> String {
        envelope(
            """
            <SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:\(code)</SOAP-ENV:Value><SOAP-ENV:Subcode>\
            <SOAP-ENV:Value>ter:\(subcode)</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason>\
            <SOAP-ENV:Text xml:lang="en">\(reason)</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>
            """)
    }

    /// Local name of the first element in the body.
    static func operation(of message: String) -> String {
        guard let body = message.firstRange(of: "Body>") else { return "" }
        let tag = message[body.upperBound...].drop { $0 != "<" }.dropFirst().prefix { !" />".contains($0) }
        return String(tag.split(separator: ":").last ?? "")
    }

    /// Which subscription a request is for: by its path, or by the reference parameter it must send back.
    static func subscription(_ message: String, _ uri: String) -> String {
        if uri.hasSuffix("/event") { return OnvifSignature.text(of: "SubscriptionId", in: message) ?? "" }
        return String(uri.split(separator: "=").last ?? "")
    }

    static func answer(_ operation: String, _ message: String, _ uri: String, _ state: inout OnvifState.Values)
        -> String
    {
        switch operation {
        case "GetSystemDateAndTime": return envelope(clock(.now + state.camera.clockOffset))
        case "GetServices": return envelope(services(state))
        case "GetCapabilities": return envelope(capabilities(state))
        case "GetDeviceInformation":
            return envelope(
                """
                <tds:GetDeviceInformationResponse><tds:Manufacturer>Kamery Plze&#328; s.r.o.</tds:Manufacturer>\
                <tds:Model>KP &amp; 4</tds:Model><tds:FirmwareVersion>V1.2.3 build 7</tds:FirmwareVersion>\
                <tds:SerialNumber>KP4-0001</tds:SerialNumber><tds:HardwareId>1.0</tds:HardwareId>\
                </tds:GetDeviceInformationResponse>
                """)
        case "GetProfiles": return envelope(profiles(isMedia2: message.contains("ver20/media")))
        case "GetStreamUri": return envelope(streamAddress(message, state))
        case "GetPresets":
            return envelope(
                """
                <tptz:GetPresetsResponse>\(preset("1", "Křižovatka", 0.5))\(preset("2", "Park", -0.25))\
                </tptz:GetPresetsResponse>
                """)
        case "GetStatus": return envelope(status(state.preset))
        default: return events(operation, message, uri, &state)
        }
    }

    // MARK: - Device

    private static func clock(_ now: UTCTime) -> String {
        let text = Array(now.description)
        func part(_ range: Range<Int>) -> Int { Int(String(text[range])) ?? 0 }
        return """
            <tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>\
            <tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>CET-1CEST,M3.5.0,M10.5.0/3</tt:TZ>\
            </tt:TimeZone><tt:UTCDateTime><tt:Time><tt:Hour>\(part(11..<13))</tt:Hour>\
            <tt:Minute>\(part(14..<16))</tt:Minute><tt:Second>\(part(17..<19))</tt:Second></tt:Time><tt:Date>\
            <tt:Year>\(part(0..<4))</tt:Year><tt:Month>\(part(5..<7))</tt:Month><tt:Day>\(part(8..<10))</tt:Day>\
            </tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>
            """
    }

    private static func base(_ state: OnvifState.Values) -> String {
        "\(state.scheme)://\(state.camera.namedHost ?? "127.0.0.1:\(state.port)")/onvif"
    }

    private static func services(_ state: OnvifState.Values) -> String {
        let offered = [
            ("ver10/device", "device_service"), ("ver10/media", "media"), ("ver20/media", "media2"),
            ("ver10/events", "event"), ("ver20/ptz", "ptz"), ("ver99/unknown", "new"),
        ]
        let entries = offered.map { name, path in
            """
            <tds:Service><tds:Namespace>http://www.onvif.org/\(name)/wsdl</tds:Namespace>\
            <tds:XAddr>\(base(state))/\(path)</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor>\
            </tds:Version></tds:Service>
            """
        }
        return "<tds:GetServicesResponse>\(entries.joined())</tds:GetServicesResponse>"
    }

    private static func capabilities(_ state: OnvifState.Values) -> String {
        let entries = [("Events", "event"), ("Media", "media"), ("PTZ", "ptz")].map { name, path in
            "<tt:\(name)><tt:XAddr>\(base(state))/\(path)</tt:XAddr></tt:\(name)>"
        }
        return """
            <tds:GetCapabilitiesResponse><tds:Capabilities>\(entries.joined())</tds:Capabilities>\
            </tds:GetCapabilitiesResponse>
            """
    }

    // MARK: - Media

    private static func profiles(isMedia2: Bool) -> String {
        let all = [
            ("main", "H264", 1920, 1080, true), ("sub", "H264", 640, 360, false), ("tiny", "JPEG", 160, 120, false),
        ]
        let entries = all.map { token, encoding, width, height, hasMetadata in
            let size = "<tt:Resolution><tt:Width>\(width)</tt:Width><tt:Height>\(height)</tt:Height></tt:Resolution>"
            let rate =
                "<tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit><tt:BitrateLimit>4096</tt:BitrateLimit>"
                + "</tt:RateControl>"
            if isMedia2 {
                let encoding = token == "main" ? "H265" : encoding
                return """
                    <tr2:Profiles token="\(token)" fixed="true"><tr2:Name>\(token) &lt;1&gt;</tr2:Name>\
                    <tr2:Configurations><tr2:VideoSource token="v"><tt:SourceToken>sensor 1</tt:SourceToken>\
                    </tr2:VideoSource><tr2:VideoEncoder token="e"><tt:Encoding>\(encoding)</tt:Encoding>\(size)\(rate)\
                    </tr2:VideoEncoder>\(hasMetadata ? "<tr2:Metadata token=\"m\"/><tr2:PTZ token=\"p\"/>" : "")\
                    </tr2:Configurations></tr2:Profiles>
                    """
            }
            return """
                <trt:Profiles token="\(token)" fixed="true"><tt:Name>\(token)</tt:Name>\
                <tt:VideoSourceConfiguration token="v"><tt:SourceToken>sensor 1</tt:SourceToken>\
                </tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration token="e">\
                <tt:Encoding>\(encoding)</tt:Encoding>\(size)\(rate)</tt:VideoEncoderConfiguration>\
                \(hasMetadata ? "<tt:MetadataConfiguration token=\"m\"/>" : "")</trt:Profiles>
                """
        }
        let tag = isMedia2 ? "tr2" : "trt"
        return "<\(tag):GetProfilesResponse>\(entries.joined())</\(tag):GetProfilesResponse>"
    }

    private static func streamAddress(_ message: String, _ state: OnvifState.Values) -> String {
        let token = OnvifSignature.text(of: "ProfileToken", in: message) ?? ""
        let host = String((state.camera.namedHost ?? "127.0.0.1").prefix { $0 != ":" })
        let url = "rtsp://admin:secret@\(host):\(state.camera.streamPort)/\(token)?a=1&amp;b=2"
        if message.contains("ver20/media") {
            return "<tr2:GetStreamUriResponse><tr2:Uri>\(url)</tr2:Uri></tr2:GetStreamUriResponse>"
        }
        return """
            <trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>\(url)</tt:Uri></trt:MediaUri></trt:GetStreamUriResponse>
            """
    }

    // MARK: - PTZ

    private static func position(_ pan: Double) -> String {
        "<tt:PanTilt x=\"\(pan)\" y=\"0.1\"/><tt:Zoom x=\"0.2\"/>"
    }

    private static func preset(_ token: String, _ name: String, _ pan: Double) -> String {
        """
        <tptz:Preset token="\(token)"><tt:Name>\(name)</tt:Name><tt:PTZPosition>\(position(pan))</tt:PTZPosition>\
        </tptz:Preset>
        """
    }

    private static func status(_ preset: String) -> String {
        let pan = ["1": 0.5002, "2": -0.2501][preset] ?? 0.9
        return """
            <tptz:GetStatusResponse><tptz:PTZStatus><tt:Position>\(position(pan))</tt:Position><tt:MoveStatus>\
            <tt:PanTilt>\(preset == "moving" ? "MOVING" : "IDLE")</tt:PanTilt></tt:MoveStatus>\
            <tt:UtcTime>\(UTCTime.now)</tt:UtcTime></tptz:PTZStatus></tptz:GetStatusResponse>
            """
    }

    // MARK: - Events

    private static func times(_ prefix: String, of name: String, _ state: OnvifState.Values) -> String {
        let now = UTCTime.now + state.camera.clockOffset
        let end = state.subscriptions[name]?.end ?? now
        return "<\(prefix):CurrentTime>\(now)</\(prefix):CurrentTime>"
            + "<\(prefix):TerminationTime>\(end)</\(prefix):TerminationTime>"
    }

    /// The subscription, unless its time is over.
    static func living(_ name: String, _ state: inout OnvifState.Values) -> OnvifState.Subscription? {
        if let found = state.subscriptions[name], state.camera.subscriptionsEnd,
            found.end < .now + state.camera.clockOffset
        {
            state.subscriptions[name] = nil
        }
        return state.subscriptions[name]
    }

    private static func events(
        _ operation: String, _ message: String, _ uri: String, _ state: inout OnvifState.Values
    ) -> String {
        if operation == "CreatePullPointSubscription" { return subscribe(&state) }
        let name = subscription(message, uri)
        guard living(name, &state) != nil else { return fault("Sender", "InvalidArgVal", "no subscription") }
        switch operation {
        case "SetSynchronizationPoint":
            state.subscriptions[name]?.waiting.append(notification(isMotion: false, at: .now, operation: "Initialized"))
            return envelope("<tev:SetSynchronizationPointResponse/>")
        case "Renew":
            state.subscriptions[name]?.end = .now + state.camera.clockOffset + state.camera.subscriptionLifetime
            return envelope("<wsnt:RenewResponse>\(times("wsnt", of: name, state))</wsnt:RenewResponse>")
        case "Unsubscribe":
            state.subscriptions[name] = nil
            return envelope("<wsnt:UnsubscribeResponse/>")
        default: return fault("Receiver", "ActionNotSupported", "unknown operation")
        }
    }

    private static func subscribe(_ state: inout OnvifState.Values) -> String {
        state.subscriptionsMade += 1
        let name = "\(state.subscriptionsMade)"
        state.subscriptions[name] = .init(
            end: .now + state.camera.clockOffset + state.camera.subscriptionLifetime)
        let reference =
            state.camera.usesReferenceParameters
            ? """
            <wsa5:Address>\(base(state))/event</wsa5:Address><wsa5:ReferenceParameters>\
            <dom0:SubscriptionId xmlns:dom0="http://camera.example/event" dom0:kind="pull">\(name)</dom0:SubscriptionId>\
            </wsa5:ReferenceParameters>
            """ : "<wsa5:Address>\(base(state))/Subscription?Idx=\(name)</wsa5:Address>"
        return envelope(
            """
            <tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>\(reference)\
            </tev:SubscriptionReference>\(times("wsnt", of: name, state))</tev:CreatePullPointSubscriptionResponse>
            """)
    }

    static func messages(_ told: [String], _ name: String, _ state: OnvifState.Values) -> String {
        envelope(
            "<tev:PullMessagesResponse>\(times("tev", of: name, state))\(told.joined())</tev:PullMessagesResponse>")
    }

    static func notification(isMotion: Bool, at time: UTCTime, operation: String) -> String {
        """
        <wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">\
        tns1:VideoSource/MotionAlarm</wsnt:Topic><wsnt:Message><tt:Message UtcTime="\(time)" \
        PropertyOperation="\(operation)"><tt:Source><tt:SimpleItem Name="Source" Value="sensor 1"/></tt:Source>\
        <tt:Data><tt:SimpleItem Name="State" Value="\(isMotion)"/></tt:Data></tt:Message></wsnt:Message>\
        </wsnt:NotificationMessage>
        """
    }
}
