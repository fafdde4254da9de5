/// What a simulated ONVIF device is like, and what is wrong with it.
package struct OnvifCamera: Sendable {
    /// How it wants requests signed.
    package enum Login: Sendable {
        /// WS-Security tokens (OASIS UsernameToken Profile), no more than five minutes off by its clock.
        case token
        /// HTTP digest of this algorithm (RFC 7616): `MD5`, `SHA-256`.
        case digest(String)
        case basic
        /// Everybody may ask everything.
        case open
    }

    /// What it does instead of answering.
    package enum Misbehaviour: Sendable {
        case fault(status: Int, code: String, reason: String)
        case raw(status: Int, headers: [(String, String)], body: String)
        /// A body of so many bytes.
        case giant(Int)
        /// Headers at once, then a byte a second without end.
        case drip
        /// Ends the connection unanswered.
        case hangUp
        /// Never answers.
        case silence
    }

    package var user = "mkds"
    package var password = "kamera 7"
    package var login = Login.token
    /// Its clock minus the real one.
    package var clockOffset: Duration = .zero
    /// By operation: `GetProfiles`.
    package var misbehaviour: [String: Misbehaviour] = [:]
    /// What it calls its own host and port in the addresses it tells, such as `192.168.1.64`; nil for the true one.
    package var namedHost: String?
    /// Operations that it does not know, as an older camera's.
    package var missing: Set<String> = []
    /// Axis sends the id of a subscription not in its address but in a reference parameter.
    package var usesReferenceParameters = false
    /// Answers pulls at once, with nothing if there is nothing.
    package var answersPullsAtOnce = false
    /// How long subscriptions live without being renewed.
    package var subscriptionLifetime: Duration = .seconds(60)
    /// Some cameras tell when a subscription ends and then keep it for as long as somebody pulls.
    package var subscriptionsEnd = true
    /// Where its streams are.
    package var streamPort = 554

    package init() {}
}

/// One request as it came.
package struct OnvifRequest: Sendable {
    /// Local name of the first element in the body.
    package var operation: String
    package var path: String
    package var host: String
    package var message: String
    /// The login was right.
    package var isSigned: Bool
    package var hasToken: Bool
}
