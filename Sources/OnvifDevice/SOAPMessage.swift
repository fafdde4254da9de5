internal import MKDSCore
internal import OnvifMetadata

/// A request to a camera's service (SOAP 1.2), as text.
struct SOAPRequest {
    /// Name of the operation, for messages: `GetProfiles`.
    var name: String
    /// Namespace of the service's messages.
    var namespace: String
    /// What stands in the operation's element; prefix `t` is ``namespace``, `tt` ONVIF's schema.
    var content = ""
    /// Further header blocks; prefix `a` is WS-Addressing, `s` SOAP.
    var headers = ""
    /// The SOAP action; only the event service looks at it.
    var action: String?

    init(_ name: String, _ namespace: String, _ content: String = "") {
        self.name = name
        self.namespace = namespace
        self.content = content
    }

    var contentType: String {
        "application/soap+xml; charset=utf-8" + (action.map { "; action=\"\($0)\"" } ?? "")
    }

    func envelope(security: String?) -> [UInt8] {
        let header = (security ?? "") + headers
        return Array(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" \
            xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:tt="http://www.onvif.org/ver10/schema" \
            xmlns:t="\(namespace)">\(header.isEmpty ? "" : "<s:Header>\(header)</s:Header>")\
            <s:Body><t:\(name)>\(content)</t:\(name)></s:Body></s:Envelope>
            """.utf8)
    }
}

/// What a camera's service answered.
struct SOAPAnswer {
    /// The element in the body: `GetProfilesResponse`.
    let response: XMLElement
    /// The whole message as sent.
    let document: [UInt8]

    /// What a fault says (SOAP 1.2 part 1 § 5.4; 1.1 for makers who still speak it).
    struct Fault {
        /// Local names of code and subcodes, outermost first: `Sender`, `NotAuthorized`.
        var codes: [String]
        var reason: String

        /// The request came from nobody the camera knows (ONVIF Core Specification § 5.11.2, WSS § 12).
        var isRefusal: Bool {
            let refusals = ["NotAuthorized", "FailedAuthentication", "FailedCheck", "InvalidSecurity"]
            return codes.contains(where: refusals.contains)
        }

        /// The camera knows no such operation or resource.
        var isUnsupported: Bool {
            codes.contains { $0 == "ActionNotSupported" || $0 == "UnknownAction" || $0 == "NoSuchService" }
        }

        init?(_ body: XMLElement) {
            guard let fault = body["Fault"] else { return nil }
            codes = []
            var code = fault["Code"]
            while let current = code, codes.count < 8 {
                codes.append(Self.local(current["Value"]?.trimmedText ?? ""))
                code = current["Subcode"]
            }
            if let old = fault["faultcode"] { codes.append(Self.local(old.trimmedText)) }
            let text = fault.at("Reason", "Text") ?? fault["faultstring"]
            reason = String((text?.trimmedText ?? "").prefix(200))
        }

        private static func local(_ name: String) -> String {
            String(name[(name.lastIndex(of: ":").map { name.index(after: $0) } ?? name.startIndex)...])
        }
    }

    /// Takes a message apart.
    ///
    /// - Returns: The answer or the fault.
    /// - Throws: ``DeviceError`` for what is no SOAP message.
    static func read(_ document: [UInt8]) throws(DeviceError) -> (answer: SOAPAnswer?, fault: Fault?) {
        let root: XMLElement
        do throws(DocumentError) {
            root = try ElementTreeReader.read(document)
        } catch {
            throw DeviceError(error)
        }
        guard root.name == "Envelope", let body = root["Body"] else {
            throw DeviceError(.malformed, "the camera's answer is no SOAP message")
        }
        if let fault = Fault(body) { return (nil, fault) }
        guard let response = body.children.first else { return (nil, nil) }
        return (SOAPAnswer(response: response, document: document), nil)
    }
}
