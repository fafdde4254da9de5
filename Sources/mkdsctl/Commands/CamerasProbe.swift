internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import MKDSCore
internal import QueryAPI

/// `mkdsctl cameras probe URL|ID`: what a camera offers, what it will cost, what is wrong with it and what to do.
struct CamerasProbe: SocketCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: Texts.here.camerasProbeAbstract,
        discussion: Texts.here.camerasProbeDiscussion)

    @Argument(
        help: ArgumentHelp(Texts.here.helpProbeTarget, valueName: Texts.here("adresa|id", "url|id")),
        completion: .custom(Completion.cameraIDs))
    var target: String

    @Option(help: ArgumentHelp(Texts.here.helpProbeCredential, valueName: Texts.here("jméno", "name")))
    var credential: String?

    @Option(help: ArgumentHelp(Texts.here.helpProbeUser, valueName: Texts.here("jméno", "name")))
    var user: String?

    @Option(help: ArgumentHelp(Texts.here.helpPasswordDescriptor, valueName: Texts.here("číslo", "number")))
    var passwordFd: Int32?

    @Option(
        help: ArgumentHelp(Texts.here.helpProbeTrust, valueName: Texts.here("otisk|soubor", "fingerprint|file")),
        completion: .file(extensions: ["pem", "crt"]))
    var trust: String?

    @Option(help: ArgumentHelp(Texts.here.helpDeviceService, valueName: Texts.here("adresa", "url")))
    var onvif: String?

    @Option(help: ArgumentHelp(Texts.here.helpProbeSeconds, valueName: Texts.here("sekundy", "seconds")))
    var seconds: Double = ProbeOrder.usual

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        guard (1...ProbeOrder.longest).contains(seconds) else { throw ValidationError(Texts.here.badProbeSeconds) }
        if credential != nil, user != nil { throw ValidationError(Texts.here.credentialOrUser) }
        if passwordFd != nil, user == nil { throw ValidationError(Texts.here.passwordWithoutUser) }
        if !target.contains("://") {
            guard CameraID(target) != nil else { throw ValidationError(Texts.here.badProbeTarget) }
            guard credential == nil, user == nil, trust == nil else {
                throw ValidationError(Texts.here.probeAsRegistered)
            }
        }
    }

    func execute(_ session: Session) async throws {
        let report = try await answer(session)
        switch session.format {
        case .json: try session.console.write(Array(try WireJSON.encode(report)) + [10])
        case .csv:
            guard let lines = report.importCSV else {
                throw CommandFailure(status: .usage, message: session.texts.alreadyRegistered)
            }
            try session.console.write(lines)
        case .table: try show(report, session)
        }
        if report.verdict == .unusable { throw CommandFailure(status: .failure, message: session.texts.unusableCamera) }
    }

    // MARK: - Asking

    /// How long the daemon may keep silent: a camera may answer late, and the daemon gives up before this.
    static func patience(timeout: Double?, seconds: Double) -> Duration { .seconds(timeout ?? seconds + 60) }

    @MainActor
    private func answer(_ session: Session) async throws -> ProbeReport {
        var session = session
        session.socket.silenceLimit = Self.patience(timeout: shared.timeout, seconds: seconds)
        let request = QuerySocket.Request(
            method: .post, target: APIPath.cameraProbes, accept: MediaTypeName.lines, contentType: MediaTypeName.json,
            body: Array(try WireJSON.encode(try query().json)))
        return try await session.errand(request) { (message: ProbeMessage) -> ErrandLine<ProbeReport> in
            if let problem = message.problem { return .refusal(problem) }
            if let report = message.report { return .answer(report) }
            return .progress(
                message.stage.map { session.texts.progress($0, message.watched ?? 0, of: seconds) } ?? "")
        }
    }

    private func query() throws -> ProbeQuery {
        guard target.contains("://") else {
            return ProbeQuery(camera: CameraID(target), deviceService: onvif, seconds: seconds)
        }
        var password: String?
        if let user { password = try Password.read(from: passwordFd, for: user) }
        return ProbeQuery(
            url: target, credential: credential, user: user, password: password, trust: try readTrust(),
            deviceService: onvif, seconds: seconds)
    }

    /// A fingerprint as it is typed, or the certificates of a file.
    private func readTrust() throws -> CameraTrust? {
        guard let trust else { return nil }
        if let pin = CertificateFingerprint(trust) { return .pin(pin) }
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(trust, limit: CameraTrust.byteLimit)
        } catch {
            throw CommandFailure(status: .usage, message: Texts.here.message(error, file: trust))
        }
        guard let read = CameraTrust(String(decoding: bytes, as: UTF8.self)) else {
            throw CommandFailure(status: .usage, message: Texts.here.badTrust(trust))
        }
        return read
    }

    // MARK: - Showing

    private func show(_ report: ProbeReport, _ session: Session) throws {
        try session.show(fields: session.texts.probeFields(report))
        if let device = report.facts.device, !device.profiles.isEmpty {
            try session.console.print("")
            var table = Table(session.texts.profileColumns)
            for profile in device.profiles { table.append(session.texts.profileCells(profile, of: device)) }
            try session.show(&table, empty: "")
        }
        for finding in report.findings {
            try session.console.print("")
            for line in session.texts.findingLines(finding, coloured: session.console.colours) {
                try session.console.print(line)
            }
        }
        guard let lines = report.importCSV, report.verdict != .unusable else { return }
        try session.console.print("\n" + session.texts.importLineTitle)
        for line in lines.split(separator: "\r\n", omittingEmptySubsequences: true) {
            try session.console.print(DisplayWidth.harmless(String(line)))
        }
    }
}
