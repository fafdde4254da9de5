import MKDSCore
import TestMedia
import Testing

@testable import Bitstream

@Suite(.timeLimit(.minutes(10)))
struct BitstreamReaderTests {
    private func read(_ bytes: [UInt8], codec: String = "h264") throws -> PacketContents {
        let reader = try #require(
            [UInt8]().withUnsafeBytes { BitstreamReader(codec: codec, description: $0) })
        return bytes.withUnsafeBytes { reader.read($0) }
    }

    private let slice: [UInt8] = [0x65, 0x88, 0x84]

    @Test func readsAParameterSetWithEveryOptionalPart() throws {
        let wanted = SequenceParameters(profile: "High", level: "4.1", width: 1920, height: 1080, frameRate: 25)
        #expect(try read(Sample.stream([Sample.richParameters(), slice])).parameters == wanted)
        // Pictures in two fields: a macroblock row holds 32 lines, and so does cropping count double.
        #expect(try read(Sample.stream([Sample.richParameters(fields: true), slice])).parameters == wanted)
    }

    @Test(
        "says what ffprobe says of real encoders' streams",
        .enabled(if: Clip.isAvailable, "the ffmpeg program is missing"),
        arguments: [Clip.Encoder.h264, .h265].filter(\.isAvailable),
        [(320, 240, "yuv420p"), (1922, 1082, "yuv420p"), (702, 574, "yuv420p10le"), (640, 360, "yuv444p")])
    func agreesWithFFprobe(encoder: Clip.Encoder, form: (Int, Int, String)) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file(encoder == .h264 ? "a.h264" : "a.hevc")
        try Clip(seconds: 0.2, movement: 0...0.1, width: form.0, height: form.1, frameRate: 15)
            .write(encoder, to: path, pixelFormat: form.2)
        let seen = try #require(
            try read(TemporaryDirectory.read(path), codec: encoder == .h264 ? "h264" : "hevc").parameters)
        let told = try Program.run([
            "ffprobe", "-v", "error", "-show_entries", "stream=profile,level,width,height,r_frame_rate", "-of",
            "default=noprint_wrappers=1", path,
        ])
        let fields = Dictionary(
            uniqueKeysWithValues: told.split(separator: "\n").map { line in
                let parts = line.split(separator: "=", maxSplits: 1)
                return (String(parts[0]), String(parts[1]))
            })
        #expect(fields["profile"] == seen.profile)
        #expect(fields["width"] == "\(seen.width)" && fields["height"] == "\(seen.height)")
        let level = try #require(fields["level"].flatMap { Int($0) })
        #expect(seen.level == (encoder == .h264 ? "\(level / 10).\(level % 10)" : "\(level / 30).\(level % 30 / 3)"))
        #expect(fields["r_frame_rate"] == "15/1")
        #expect(seen.frameRate.map { abs($0 - 15) < 0.01 } == true)
    }

    @Test("finds the encoder's own user data", .enabled(if: Clip.Encoder.h264.isAvailable, "no x264 in ffmpeg"))
    func findsEncoderSettings() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("a.h264")
        try Clip(seconds: 0.2, movement: 0...0.1).write(.h264, to: path)
        #expect(try read(TemporaryDirectory.read(path)).userData == [.x264Settings])
    }

    @Test(arguments: [StreamIdentifier.onvifMediaSigning, .axisSignedVideo])
    func findsSignaturesAmongOtherMessages(identifier: StreamIdentifier) throws {
        // The UUID of ONVIF begins with 00 and its size is above 255; zeros need emulation prevention.
        let signature = Sample.bytes(identifier) + [UInt8](repeating: 0, count: 700)
        let unit = Sample.messages([
            (1, [0, 0, 1]), (4, [0xb5, 0, 0x31]), (5, signature), (5, Sample.bytes(.x264Settings)),
        ])
        let contents = try read(Sample.stream([Sample.richParameters(), unit, slice]))
        #expect(contents.userData == [identifier, .x264Settings])
        #expect(contents.hasPictureTiming && contents.hasRegisteredUserData)
        #expect(MediaSigning(userData: identifier) == (identifier == .axisSignedVideo ? .axis : .onvif))
        #expect(MediaSigning(userData: .x264Settings) == nil)
    }

    @Test func findsSignaturesInH265() throws {
        let unit = [0x4e, 0x01] + Sample.messages([(5, Sample.bytes(.onvifMediaSigning))]).dropFirst()
        let contents = try read(Sample.stream([unit, [0x26, 0x01, 0xaf]]), codec: "hevc")
        #expect(contents.userData == [.onvifMediaSigning])
    }

    @Test func looksNoFurtherThanTheFirstSlice() throws {
        let unit = Sample.messages([(5, Sample.bytes(.onvifMediaSigning))])
        #expect(try read(Sample.stream([slice, unit, Sample.richParameters()])) == PacketContents())
        #expect(try read(Sample.stream([unit, slice])).userData == [.onvifMediaSigning])
    }

    @Test func readsPacketsWithLengthsAfterAConfigurationRecord() throws {
        let set = Sample.richParameters()
        let record: [UInt8] = [1, 100, 0, 41, 0xfd, 0xe1, UInt8(set.count >> 8), UInt8(set.count & 0xff)] + set
        let reader = try #require(record.withUnsafeBytes { BitstreamReader(codec: "h264", description: $0) })
        #expect(reader.framing == .lengths(byteCount: 2))
        #expect(reader.described.parameters?.width == 1920)
        let unit = Sample.messages([(5, Sample.bytes(.onvifMediaSigning))])
        let packet = [unit, slice].flatMap { [UInt8($0.count >> 8), UInt8($0.count & 0xff)] + $0 }
        #expect(packet.withUnsafeBytes { reader.read($0) }.userData == [.onvifMediaSigning])
        // A length that reaches beyond the packet.
        #expect(([0xff, 0xff] + packet).withUnsafeBytes { reader.read($0) } == PacketContents())
    }

    @Test func codecsWithoutUnitsHaveNoReader() {
        #expect([UInt8]().withUnsafeBytes { BitstreamReader(codec: "mjpeg", description: $0) } == nil)
    }

    @Test func refusesSizesNoCameraHas() throws {
        var unit = Sample.richParameters()
        // A width of 2^31 macroblocks: the set is cut where it stands, so nothing that follows can be right.
        unit.replaceSubrange(9..., with: [UInt8](repeating: 0, count: 4) + [1, 0xff, 0xff])
        #expect(try read(Sample.stream([unit, slice])).parameters == nil)
        #expect(SequenceParameters.size(coded: (64, 64), cropped: (64, 0)) == nil)
        #expect(SequenceParameters.size(coded: (16_385, 64), cropped: (0, 0)) == nil)
    }

    @Test func everyTruncationEndsQuietly() throws {
        let units = [
            Sample.richParameters(), Sample.messages([(5, Sample.bytes(.onvifMediaSigning)), (1, [1])]), slice,
        ]
        let whole = Sample.stream(units)
        for length in 0...whole.count {
            let contents = try read(Array(whole[..<length]))
            #expect(contents.parameters?.width ?? 1920 == 1920)
        }
    }

    /// Damage may yield wrong facts but no trap, no endless loop and no size beyond all bounds.
    @Test func aHundredThousandSpoiledPacketsNeverTrap() throws {
        var random = SeededGenerator(seed: 11)
        let seeds = [
            Sample.stream([
                Sample.richParameters(), Sample.messages([(5, Sample.bytes(.onvifMediaSigning)), (4, [1, 2])]), slice,
            ]),
            Sample.stream([
                [0x42, 0x01] + Sample.richParameters(), [0x4e, 0x01, 5, 16, 0, 0, 3, 1], [0x26, 0x01, 0xaf],
            ]),
        ]
        for round in 0..<100_000 {
            var bytes = seeds[round % 2]
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] =
                    Bool.random(using: &random)
                    ? bytes[index] ^ (1 << UInt8.random(in: 0..<8, using: &random))
                    : [0, 1, 0x7f, 0xff].randomElement(using: &random) ?? 0
            }
            let contents = try read(bytes, codec: round % 2 == 0 ? "h264" : "hevc")
            if let parameters = contents.parameters {
                #expect((1...SequenceParameters.sideLimit).contains(parameters.width))
                #expect((1...SequenceParameters.sideLimit).contains(parameters.height))
            }
        }
    }
}
