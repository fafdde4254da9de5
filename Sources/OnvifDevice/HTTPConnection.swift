internal import CLibcurl
internal import Glibc
internal import MKDSCore
internal import Media

/// How a request proves who sends it at the level of HTTP.
enum HTTPAuthentication: Hashable, Sendable {
    case none
    /// RFC 7616, MD5 or SHA-256 as the camera asks.
    case digest
    /// RFC 7617; the password as it is, so over TLS only.
    case basic
}

/// What a camera answered.
struct HTTPAnswer {
    var status: Int
    /// Which ways to authenticate a refusal (401) offered.
    var offersDigest: Bool
    var offersBasic: Bool
    var body: [UInt8]
}

/// HTTP to one camera with libcurl, of one thread: no redirects, no proxies, no cookies, nothing from the environment.
///
/// Connects only to addresses that ``HostAddresses`` gives for the camera's own host. Connections are kept for the next
/// request. Each request has a deadline and ends at once when the stop flag is raised.
final class HTTPConnection {
    /// Bytes of one answer's body; metadata documents may be as long.
    static let bodyByteLimit = 4 << 20
    static let headerByteLimit = 64 << 10

    private let host: String
    private let isEncrypted: Bool
    private let login: (user: String, password: String)?
    private let stop: StopFlag
    private let judge: CertificateJudge
    private let multi: UnsafeMutableRawPointer
    private let curl: UnsafeMutableRawPointer
    private let intake = Intake()
    private var addresses: [String] = []

    /// libcurl wants its globals made once, before threads use it.
    private static let globals: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// - Parameters:
    ///   - base: The camera; every request must go to its host.
    ///   - login: User name and password.
    ///   - trust: Whom to expect behind https.
    ///   - stop: Ends any request when raised.
    /// - Throws: ``DeviceError`` without memory.
    init(
        to base: ServiceAddress, login: (user: String, password: String)?, trust: CameraTrust?, stop: StopFlag
    ) throws(DeviceError) {
        guard Self.globals == CURLE_OK, let multi = curl_multi_init() else {
            throw DeviceError(.unreachable, "out of memory")
        }
        guard let curl = curl_easy_init() else {
            curl_multi_cleanup(multi)
            throw DeviceError(.unreachable, "out of memory")
        }
        host = base.host
        isEncrypted = base.isEncrypted
        self.login = login
        self.stop = stop
        self.multi = multi
        self.curl = curl
        judge = CertificateJudge(host: base.host, trust: trust)
        _ = mkds_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 4)
        setLimits()
    }

    deinit {
        curl_easy_cleanup(curl)
        curl_multi_cleanup(multi)
        curl_slist_free_all(route)
    }

    private func setLimits() {
        setText(CURLOPT_PROTOCOLS_STR, "http,https")
        setText(CURLOPT_PROXY, "")
        setText(CURLOPT_NOPROXY, "*")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_TCP_NODELAY, 1)
        // The judge decides on the certificate, its names too; libcurl must ask for one and load no authorities.
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 0)
        setText(CURLOPT_CAINFO, nil)
        setText(CURLOPT_CAPATH, nil)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // A resumed session would not show the certificate again.
        set(CURLOPT_SSL_SESSIONID_CACHE, 0)
        judge.install(curl)
        let target = Unmanaged.passUnretained(intake).toOpaque()
        _ = mkds_curl_set_pointer(curl, CURLOPT_WRITEDATA, target)
        _ = mkds_curl_set_pointer(curl, CURLOPT_HEADERDATA, target)
        _ = mkds_curl_set_sink(curl, CURLOPT_WRITEFUNCTION) { bytes, size, count, target in
            Intake.of(target).takeBody(bytes, size * count)
        }
        _ = mkds_curl_set_sink(curl, CURLOPT_HEADERFUNCTION) { _, size, count, target in
            Intake.of(target).takeHeader(size * count)
        }
    }

    // MARK: - A request

    /// Posts a body and waits for the whole answer.
    ///
    /// - Parameters:
    ///   - body: What to send.
    ///   - contentType: Of the body.
    ///   - address: On the camera's own host.
    ///   - authentication: Ignored without a login.
    ///   - deadline: For everything, from the name to the last byte.
    /// - Returns: The whole answer.
    /// - Throws: ``DeviceError``; any HTTP status is an answer and no error, but for redirects.
    func post(
        _ body: [UInt8], contentType: String, to address: ServiceAddress, authentication: HTTPAuthentication,
        deadline: Duration
    ) throws(DeviceError) -> HTTPAnswer {
        guard address.host == host, address.isEncrypted || !isEncrypted else {
            throw DeviceError(.unsupported, "the camera's service is not on the camera's own host")
        }
        if stop.isRaised { throw .stopped }
        let end = ContinuousClock.now + deadline
        if addresses.isEmpty {
            do throws(MediaError) {
                addresses = try HostAddresses.resolve(host)
            } catch {
                throw DeviceError(error)
            }
        }
        var failure = DeviceError(.unreachable, "the camera's host name has no address")
        for numeric in addresses {
            do throws(DeviceError) {
                let left = ContinuousClock.now.duration(to: end)
                guard left > .zero else { throw .timedOut }
                prepare(address, numeric, authentication, left)
                return try send(body, contentType)
            } catch {
                failure = error
                guard error.topic == .unreachable, !error.isStop else { throw error }
            }
        }
        // The name may mean another address by the next request.
        addresses = []
        throw failure
    }

    private func prepare(
        _ address: ServiceAddress, _ numeric: String, _ authentication: HTTPAuthentication, _ left: Duration
    ) {
        judge.begin()
        setText(CURLOPT_URL, address.url)
        set(CURLOPT_TIMEOUT_MS, max(1, Int(left / .milliseconds(1))))
        set(CURLOPT_CONNECTTIMEOUT_MS, max(1, min(5000, Int(left / .milliseconds(1)))))
        route = curl_slist_append(nil, "::\(bracketed(numeric)):\(address.port)")
        _ = mkds_curl_set_pointer(curl, CURLOPT_CONNECT_TO, route)
        let isUsed = login != nil && authentication != .none && (authentication != .basic || address.isEncrypted)
        let method = authentication == .basic ? CURLAUTH_BASIC_VALUE : CURLAUTH_DIGEST_VALUE
        set(CURLOPT_HTTPAUTH, isUsed ? method : 0)
        setText(CURLOPT_USERNAME, isUsed ? login?.user : nil)
        setText(CURLOPT_PASSWORD, isUsed ? login?.password : nil)
    }

    private var route: UnsafeMutablePointer<curl_slist>? {
        didSet { curl_slist_free_all(oldValue) }
    }

    private func send(_ body: [UInt8], _ contentType: String) throws(DeviceError) -> HTTPAnswer {
        var headers = curl_slist_append(nil, "Content-Type: \(contentType)")
        headers = curl_slist_append(headers, "Expect:")
        headers = curl_slist_append(headers, "Accept: application/soap+xml, text/xml, */*;q=0.1")
        defer { curl_slist_free_all(headers) }
        _ = mkds_curl_set_pointer(curl, CURLOPT_HTTPHEADER, headers)
        intake.begin()
        set(CURLOPT_POSTFIELDSIZE, body.count)
        let code = body.withUnsafeBytes { bytes in
            _ = mkds_curl_set_pointer(
                curl, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            return perform()
        }
        _ = mkds_curl_set_pointer(curl, CURLOPT_POSTFIELDS, nil)
        _ = mkds_curl_set_pointer(curl, CURLOPT_HTTPHEADER, nil)
        guard let code else { throw .stopped }
        guard code == CURLE_OK else { throw error(code) }
        let status = mkds_curl_get_long(curl, CURLINFO_RESPONSE_CODE)
        guard !(300...399).contains(status) else {
            throw DeviceError(.unsupported, "the camera redirects to another address, which is not followed")
        }
        let offered = mkds_curl_get_long(curl, CURLINFO_HTTPAUTH_AVAIL)
        return HTTPAnswer(
            status: status, offersDigest: offered & CURLAUTH_DIGEST_VALUE != 0,
            offersBasic: offered & CURLAUTH_BASIC_VALUE != 0, body: intake.body)
    }

    /// Runs the transfer to its end; nil when the stop flag was raised before.
    private func perform() -> CURLcode? {
        guard curl_multi_add_handle(multi, curl) == CURLM_OK else { return CURLE_OUT_OF_MEMORY }
        defer { curl_multi_remove_handle(multi, curl) }
        var running: Int32 = 1
        while true {
            guard curl_multi_perform(multi, &running) == CURLM_OK else { return CURLE_FAILED_INIT }
            if running == 0 {
                let result = mkds_curl_ended(multi)
                return result < 0 ? CURLE_FAILED_INIT : CURLcode(UInt32(result))
            }
            var watched = curl_waitfd(fd: stop.descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
            curl_multi_poll(multi, &watched, stop.descriptor >= 0 ? 1 : 0, 1000, nil)
            if stop.isRaised { return nil }
        }
    }

    // MARK: - libcurl's options and errors

    private func set(_ option: CURLoption, _ value: Int) { _ = mkds_curl_set_long(curl, option, value) }

    private func setText(_ option: CURLoption, _ value: String?) { _ = mkds_curl_set_text(curl, option, value) }

    private func error(_ code: CURLcode) -> DeviceError {
        let words = String(cString: curl_easy_strerror(code))
        if intake.isTooLarge { return DeviceError(.malformed, "the camera's answer is too large", underlying: words) }
        if let refusal = judge.refusal { return DeviceError(refusal) }
        switch code {
        case CURLE_COULDNT_CONNECT:
            let isRefused = mkds_curl_get_long(curl, CURLINFO_OS_ERRNO) == Int(ECONNREFUSED)
            return DeviceError(
                .unreachable,
                isRefused ? "connection refused: nothing listens on this port" : "the camera does not answer",
                underlying: words)
        case CURLE_OPERATION_TIMEDOUT:
            // No port: it never got as far as a connection.
            return mkds_curl_get_long(curl, CURLINFO_PRIMARY_PORT) == 0
                ? DeviceError(.unreachable, "the camera does not answer", underlying: words) : .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CIPHER:
            return DeviceError(
                .unsupported, "what answers on this port does not speak TLS 1.2 or later", underlying: words)
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            return DeviceError(.malformed, "what answers on this port does not speak HTTP", underlying: words)
        default: return DeviceError(.lost, "the camera broke off in the middle of an answer", underlying: words)
        }
    }
}

extension DeviceError {
    static let timedOut = DeviceError(.stalled, "the camera did not answer in time")
}

/// Macros with casts, which Swift does not see (curl.h).
private let CURLAUTH_BASIC_VALUE = 1 << 0
private let CURLAUTH_DIGEST_VALUE = 1 << 1

/// Collects one answer, up to its limits.
private final class Intake {
    private(set) var body: [UInt8] = []
    private(set) var isTooLarge = false
    private var headerByteCount = 0

    func begin() {
        body = []
        isTooLarge = false
        headerByteCount = 0
    }

    /// How many bytes were taken; any other number than given ends the transfer.
    func takeBody(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard let bytes, body.count + count <= HTTPConnection.bodyByteLimit else {
            isTooLarge = true
            return 0
        }
        UnsafeRawBufferPointer(start: bytes, count: count).withMemoryRebound(to: UInt8.self) {
            body.append(contentsOf: $0)
        }
        return count
    }

    /// The status line of a second answer (after a 401) begins a new one, but the limit counts both.
    func takeHeader(_ count: Int) -> Int {
        headerByteCount += count
        guard headerByteCount <= HTTPConnection.headerByteLimit else {
            isTooLarge = true
            return 0
        }
        return count
    }

    static func of(_ target: UnsafeMutableRawPointer?) -> Intake {
        guard let target else { preconditionFailure("libcurl called back without its data") }
        return Unmanaged<Intake>.fromOpaque(target).takeUnretainedValue()
    }
}
