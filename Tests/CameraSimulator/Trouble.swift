internal import MKDSCore

/// What can be wrong with a simulated camera for a while.
package enum Trouble: Sendable {
    /// The connection stays open, nothing comes over it from the middle of a packet on; answers to requests come as ever.
    case stall
    /// Connections are reset, and so is every new one when it asks for the pictures.
    case reset
    /// Packets whose headers are right and whose payload is random.
    case garbagePayload
    /// Random bytes where interleaved packets should begin.
    case garbageFraming
    /// This share of the packets is missing.
    case loss(Double)
    /// Packets of a payload type the description did not name.
    case wrongPayloadType
    /// The wall clock is off by this much more.
    case clockStep(Duration)
    /// Nothing comes over encrypted connections, and handshakes of new ones are not answered. Only for encrypted cameras.
    case handshakeStall
    /// Connections are closed and new ones refused with this status, such as `503 Service Unavailable`.
    case refusal(String)
    /// Connections are closed; every answer to a request takes so long.
    case slowAnswers(Duration)
    /// Another film than its own, without a new session: another size, a covered lens, darkness.
    case shows(SimulatedClip)
    /// The last groups of pictures again and again, bit for bit; one of them is a frozen picture.
    case repeats(groups: Int)

    /// As ground truth and command line call it.
    package var name: String {
        switch self {
        case .stall: "stall"
        case .reset: "reset"
        case .garbagePayload: "garbage-payload"
        case .garbageFraming: "garbage-framing"
        case .loss: "loss"
        case .wrongPayloadType: "wrong-payload-type"
        case .clockStep: "clock-step"
        case .handshakeStall: "tls-stall"
        case .refusal(let status): "refusal-\(status.prefix(3))"
        case .slowAnswers: "slow-answers"
        case .shows(let film): film.name
        case .repeats(let groups): groups == 1 ? "frozen" : "looped"
        }
    }

    /// It ends connections that stood when it began.
    var closesConnections: Bool {
        switch self {
        case .refusal, .slowAnswers: true
        default: false
        }
    }
}

/// A span of trouble, counted from the simulator's start.
package struct Episode: Sendable {
    package var span: Range<Duration>
    package var trouble: Trouble

    package init(_ span: Range<Duration>, _ trouble: Trouble) {
        self.span = span
        self.trouble = trouble
    }
}
