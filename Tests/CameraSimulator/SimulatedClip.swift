internal import Glibc
internal import MKDSCore
internal import TestMedia

/// The pictures a simulated camera shows, over and over: made by the ffmpeg program once, sent by many.
package struct SimulatedClip: Sendable {
    /// What it is called where another film would be shown.
    package var name = "film"
    /// When something moves in it, from its beginning.
    package var moving: Range<Duration>?
    let interval: Duration
    private let pictures: [[[UInt8]]]
    private let keyframes: [Bool]
    /// The session's description (RFC 4566, RFC 6184 § 8.2.1).
    let description: String

    /// - Parameters:
    ///   - path: An H.264 elementary stream (Annex B) without reordered pictures.
    ///   - frameRate: Pictures a second.
    /// - Throws: ``SimulatorError`` when the file is no such stream.
    package init(path: String, frameRate: Int) throws {
        guard let file = fopen(path, "r") else { throw SimulatorError("cannot open \(path)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        let units = try AccessUnits(annexB: bytes)
        pictures = units.pictures
        keyframes = units.pictures.map { $0.contains { $0[0] & 0x1f == 5 } }
        guard keyframes.first == true else { throw SimulatorError("the clip does not begin with a keyframe") }
        interval = .seconds(1) / frameRate
        let (sps, pps) = (units.sequenceParameters, units.pictureParameters)
        guard sps.count >= 4 else { throw SimulatorError("a short sequence parameter set") }
        let profile = sps[1...3].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        description = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=simulated camera", "c=IN IP4 0.0.0.0", "t=0 0", "a=control:*",
            "m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000",
            "a=fmtp:96 packetization-mode=1;profile-level-id=\(profile);"
                + "sprop-parameter-sets=\(Self.base64(sps)),\(Self.base64(pps))",
            "a=control:track0", "",
        ].joined(separator: "\r\n")
    }

    /// Encodes a clip of a moving box at `path`, a keyframe each second, then reads it.
    package static func make(
        at path: String, seconds: Double = 4, movement: ClosedRange<Double> = 1...3, width: Int = 320,
        height: Int = 240, frameRate: Int = 25
    ) throws -> SimulatedClip {
        let clip = Clip(
            seconds: seconds, movement: movement, width: width, height: height, frameRate: frameRate,
            keyframeEvery: frameRate)
        try clip.write(.h264, to: path)
        var film = try SimulatedClip(path: path, frameRate: frameRate)
        film.moving = .seconds(movement.lowerBound)..<(.seconds(movement.upperBound))
        return film
    }

    /// How long it is.
    package var length: Duration { interval * pictures.count }

    /// Whether the picture stands for itself; the encoder puts its parameter sets before each of these.
    func isKeyframe(_ index: Int) -> Bool { keyframes[index % keyframes.count] }

    /// Pictures from the first keyframe to the second.
    var groupLength: Int { (keyframes.dropFirst().firstIndex(of: true)) ?? keyframes.count }

    /// The NAL units of a picture with the stamp before its first slice.
    func units(of index: Int, stamp: [UInt8]) -> [[UInt8]] {
        var units = pictures[index % pictures.count]
        let slice = units.firstIndex { (1...5).contains($0[0] & 0x1f) } ?? units.endIndex
        units.insert(stamp, at: slice)
        return units
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let value = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            for place in 0..<4 {
                text.append(place <= part.count ? letters[value >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
