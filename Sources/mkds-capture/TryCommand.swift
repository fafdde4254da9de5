internal import ArgumentParser
internal import Glibc
internal import MKDSCore
internal import Media
internal import Settings

/// `mkds-capture try INPUT`: what a camera or clip would yield, without daemon, spool or database.
struct TryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try",
        abstract: "Show the motion events one file or camera would yield.",
        discussion: """
            INPUT is a video file, rtsp://HOST/PATH, rtsps://HOST/PATH, http://HOST/PATH (HLS if it ends in .m3u8, else \
            MJPEG), rtmp://HOST/APP/STREAM or srt://HOST:PORT (its password is the passphrase). Nothing is stored. A \
            camera is read until --seconds or Ctrl-C. An rtsps camera needs --pin or --ca; without either its fingerprint is \
            told. User name and password never belong into the URL: write them as user:password into a \
            file that others may not read and name it with --credential.

            Exit codes: 0 read to the end, 64 wrong arguments, 65 not a video we accept, or cut short, 66 no such \
            file, 69 camera not reachable or lost, 77 user name, password or certificate refused, 78 mistake in FILE.yaml.
            """)

    @Argument(help: "Video file or camera URL.")
    var input: String

    @Option(help: "Motion settings of the camera (masks, minimum_area, sensitivity …).", completion: .file())
    var camera: String?

    @Option(help: "File holding user:password of the camera.", completion: .file())
    var credential: String?

    @Option(help: ArgumentHelp("SHA-256 fingerprint of an rtsps camera's certificate.", valueName: "fingerprint"))
    var pin: String?

    @Option(
        help: ArgumentHelp("Certificates (PEM) of the authorities of an rtsps camera.", valueName: "file"),
        completion: .file())
    var ca: String?

    @Option(help: "Stop after that many seconds of video.")
    var seconds: Double?

    @Flag(help: "Print each event as one JSON line as soon as it is over.")
    var json = false

    @Option(help: "Language of the table: cs or en (default: from LANG, else cs).")
    var lang: TryLanguage?

    func validate() throws {
        if let seconds, !(seconds > 0 && seconds <= 1_000_000) {
            throw ValidationError("--seconds must be more than 0 and at most 1000000")
        }
        if pin != nil || ca != nil {
            guard input.hasPrefix("rtsps://") else { throw ValidationError("--pin and --ca are for rtsps://") }
            guard pin == nil || ca == nil else { throw ValidationError("give either --pin or --ca") }
        }
        if let pin, CertificateFingerprint(pin) == nil {
            throw ValidationError("--pin is a SHA-256 fingerprint: 64 hexadecimal digits, colons between pairs or not")
        }
        if credential != nil, !input.contains("://") || input.hasPrefix("file:") {
            throw ValidationError("--credential is for cameras; a file asks for no password")
        }
    }

    func run() throws {
        let language = lang ?? TryLanguage { name in getenv(name).map { String(cString: $0) } }
        let texts = TryTexts(language: language)
        let settings = try readSettings()
        let media = try openable()
        let stop = StopFlag()
        TerminationSignals.raiseOnce(stop)
        let progress = TryProgress(texts: texts)
        do {
            let run = try TryRun(
                media, settings: settings, limit: seconds.map { .microseconds(Int64($0 * 1_000_000)) }, stop: stop,
                onEvent: { [json] event in
                    guard json else { return }
                    progress.clear()
                    TryOutput.print(event.jsonLine + "\n")
                },
                onProgress: { progress.show(position: $0, events: $1) })
            defer { progress.clear() }
            do {
                try run.run()
                guard run.report.analysed > 0 || stop.isRaised else {
                    throw MediaError(.malformed, texts.noPicture)
                }
            } catch {
                progress.clear()
                if !json, run.report.analysed > 0 { TryOutput.print(run.report.table(texts)) }
                throw error
            }
            progress.clear()
            if !json { TryOutput.print(run.report.table(texts)) }
        } catch let error as MediaError where error.isStop {
            TryOutput.complain(texts.stopped)
            throw ExitCode(130)
        } catch let error as MediaError {
            TryOutput.complain("\(input.isEmpty ? "?" : shownInput): \(error.detail)")
            throw exitCode(error)
        }
    }

    /// The input as it may be shown: a URL that holds credentials is refused, but may still not be echoed.
    private var shownInput: String {
        guard let scheme = input.firstRange(of: "://") else { return input }
        let rest = input[scheme.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        guard let at = authority.lastIndex(of: "@") else { return input }
        return input[..<scheme.upperBound] + "…" + rest[at...]
    }

    private func readSettings() throws -> MotionSettings {
        guard let camera else { return MotionSettings() }
        do {
            return try MotionSettingsFile.read(path: camera)
        } catch {
            TryOutput.complain(error.description)
            throw ExitCode(EX_CONFIG)
        }
    }

    private func openable() throws -> MediaInput {
        do throws(MediaError) {
            guard input.contains("://") else { return try MediaInput(path: input) }
            let trust = try readTrust()
            guard let credential else { return try MediaInput(url: input, trust: trust) }
            let login = try TryCredential.read(path: credential)
            return try MediaInput(url: input, user: login.user, password: login.password, trust: trust)
        } catch {
            TryOutput.complain("\(shownInput): \(error.detail)")
            throw exitCode(error)
        }
    }

    private func readTrust() throws(MediaError) -> CameraTrust? {
        if let pin { return CameraTrust(pin) }
        guard let ca else { return nil }
        guard let stream = fopen(ca, "r") else {
            throw MediaError(.untrusted, "\(ca): \(String(cString: strerror(errno)))")
        }
        defer { fclose(stream) }
        let capacity = CameraTrust.byteLimit + 1
        var bytes = [UInt8](repeating: 0, count: capacity)
        let count = fread(&bytes, 1, capacity, stream)
        guard case .authorities(let pem)? = CameraTrust(String(decoding: bytes[..<count], as: UTF8.self)) else {
            throw MediaError(.untrusted, "\(ca) holds no certificates in PEM, or more than 8")
        }
        return .authorities(pem: pem)
    }

    private func exitCode(_ error: MediaError) -> ExitCode {
        switch error.topic {
        case .credentialsRefused, .untrusted: ExitCode(EX_NOPERM)
        case .unreachable: ExitCode(input.contains("://") ? EX_UNAVAILABLE : EX_NOINPUT)
        case .stalled, .lost: ExitCode(EX_UNAVAILABLE)
        case .unsupported, .malformed, .ended, .streamChanged, .clockError, .clockStepped, .presetChanged,
            .servicesFailed,
            .spoolBlocked, .metadataRefused, .clockSynchronised, .quarantined:
            ExitCode(EX_DATAERR)
        }
    }
}
