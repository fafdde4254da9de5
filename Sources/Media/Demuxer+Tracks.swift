internal import CFFmpeg
package import MKDSCore

extension Demuxer {
    /// All streams offered: of an RTSP camera what its session description lists (if the log keeps it), read or not; of
    /// others what the container holds.
    package var tracks: [ProbeFacts.Track] {
        if let description = log.sessionDescription { return Self.tracks(in: description) }
        return (0..<min(Int(context.pointee.nb_streams), Int(MediaLimits.streamCount))).compactMap { index in
            guard let parameters = context.pointee.streams[index]?.pointee.codecpar else { return nil }
            let kind: ProbeFacts.Track.Kind =
                switch parameters.pointee.codec_type {
                case AVMEDIA_TYPE_VIDEO: .video
                case AVMEDIA_TYPE_AUDIO: .audio
                default: .other
                }
            return ProbeFacts.Track(
                kind: kind, encoding: String(cString: avcodec_get_name(parameters.pointee.codec_id)))
        }
    }
}

extension Demuxer {
    /// The streams a session description lists.
    package static func tracks(in description: String) -> [ProbeFacts.Track] { SessionDescription.tracks(description) }
}

/// What a camera says it offers (RFC 8866), as far as a person wants to know: which streams, of what kind. Pure; the text
/// is the camera's and at most 16 KiB.
enum SessionDescription {
    static let trackLimit = 16

    /// One track for each media description, its encoding by the first `rtpmap`, in order.
    static func tracks(_ text: String) -> [ProbeFacts.Track] {
        var tracks: [ProbeFacts.Track] = []
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("m=") {
                guard tracks.count < trackLimit else { break }
                let words = line.dropFirst(2).split(separator: " ")
                let kind: ProbeFacts.Track.Kind =
                    switch words.first?.lowercased() {
                    case "video": .video
                    case "audio": .audio
                    default: .other
                    }
                let payload = words.count > 3 ? staticEncoding(words[3]) : ""
                tracks.append(ProbeFacts.Track(kind: kind, encoding: payload))
            } else if line.hasPrefix("a=rtpmap:"), let last = tracks.indices.last, let blank = line.firstIndex(of: " ")
            {
                let name = line[line.index(after: blank)...].prefix { $0 != "/" }
                let encoding = String(name.filter { $0.isASCII && !$0.isWhitespace }.prefix(40)).uppercased()
                guard !encoding.isEmpty, tracks[last].encoding.isEmpty else { continue }
                tracks[last].encoding = encoding
                if tracks[last].kind == .other, encoding.hasPrefix("VND.ONVIF.METADATA") {
                    tracks[last].kind = .metadata
                }
            }
        }
        return tracks
    }

    /// Payload types that need no `rtpmap` (RFC 3551 section 6).
    private static func staticEncoding(_ payload: Substring) -> String {
        switch payload {
        case "0": "PCMU"
        case "8": "PCMA"
        case "26": "JPEG"
        default: ""
        }
    }
}
