internal import CFFmpeg
internal import Glibc

/// Decides what a playlist may make FFmpeg open: things on the very server it came from, over HTTP, and nothing else.
/// A playlist is hostile text: it can name files, other hosts and other protocols (RFC 8216 section 10).
///
/// The demuxer owns it and outlives the context it guards. It is used on the demuxer's thread only.
final class PlaylistDoor {
    private let input: MediaInput
    private let address: String
    /// FFmpeg's own way to open, which keeps to the whitelist of protocols.
    private var open: OpenIO?

    private typealias OpenIO =
        @convention(c) (
            UnsafeMutablePointer<AVFormatContext>?, UnsafeMutablePointer<UnsafeMutablePointer<AVIOContext>?>?,
            UnsafePointer<CChar>?, Int32, UnsafeMutablePointer<OpaquePointer?>?
        ) -> Int32

    init(_ input: MediaInput, address: String) {
        self.input = input
        self.address = address
    }

    /// All that the context opens, nested demuxers included, goes through this door from now on.
    func guardOpening(of context: UnsafeMutablePointer<AVFormatContext>) {
        open = context.pointee.io_open
        context.pointee.opaque = Unmanaged.passUnretained(self).toOpaque()
        context.pointee.io_open = { context, io, url, flags, options in
            guard let context, let opaque = context.pointee.opaque, let io, let url else {
                return mkds_averror(EINVAL)
            }
            let door = Unmanaged<PlaylistDoor>.fromOpaque(opaque).takeUnretainedValue()
            guard flags == AVIO_FLAG_READ, let open = door.open, let admitted = door.admitted(String(cString: url))
            else {
                mkds_log_refuse_playlist()
                return mkds_averror(EACCES)
            }
            // FFmpeg forgets an empty proxy on the way to a segment and would ask the environment.
            av_dict_set(options, "http_proxy", "", 0)
            return open(context, io, admitted, flags, options)
        }
    }

    /// The URL to open instead, with the address that was resolved and our credentials; nil: refused.
    func admitted(_ url: String) -> String? {
        guard url.utf8.count <= MediaLimits.urlByteCount, url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }),
            url.lowercased().hasPrefix("http://")
        else { return nil }
        let rest = url.dropFirst("http://".count)
        let authority = rest.prefix { !"/?#".contains($0) }
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        var host = place
        var port: UInt16 = 80
        let afterAddress = place.lastIndex(of: "]").map { place.index(after: $0) } ?? place.startIndex
        if let colon = place[afterAddress...].firstIndex(of: ":") {
            guard let number = UInt16(place[place.index(after: colon)...]) else { return nil }
            port = number
            host = place[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard port == input.port, [input.host, address].contains(where: { $0.lowercased() == host.lowercased() })
        else { return nil }
        return input.secretHTTP(address: address, path: String(rest[authority.endIndex...]))
    }
}
