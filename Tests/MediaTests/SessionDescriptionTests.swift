import MKDSCore
import Testing

@testable import Media

@Suite struct SessionDescriptionTests {
    @Test func listsStreamsInOrderWithTheirEncodings() {
        let tracks = Demuxer.tracks(
            in: """
                v=0\r
                m=video 0 RTP/AVP 96\r
                a=rtpmap:96 H265/90000\r
                m=audio 0 RTP/AVP 8\r
                a=control:track2\r
                m=application 0 RTP/AVP 107\r
                a=rtpmap:107 vnd.onvif.metadata.gzip/90000\r
                m=text 0 RTP/AVP 98\r
                """)
        #expect(
            tracks == [
                .init(kind: .video, encoding: "H265"), .init(kind: .audio, encoding: "PCMA"),
                .init(kind: .metadata, encoding: "VND.ONVIF.METADATA.GZIP"), .init(kind: .other, encoding: ""),
            ])
    }

    @Test func hostileTextsStayWithinTheirBounds() {
        let many = String(
            repeating: "m=video 0 RTP/AVP 96\na=rtpmap:96 \(String(repeating: "X", count: 9000))/1\n", count: 99)
        let tracks = Demuxer.tracks(in: many)
        #expect(tracks.count == SessionDescription.trackLimit)
        #expect(tracks.allSatisfy { $0.encoding.count <= 40 })
        #expect(Demuxer.tracks(in: "a=rtpmap:\nm=\nm= \na=rtpmap:1 /").map(\.encoding) == ["", ""])
    }
}
