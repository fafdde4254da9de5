internal import ArgumentParser
internal import FoundationEssentials
internal import MKDSCore
internal import QueryAPI

/// `mkdsctl cameras discover`: which cameras answer in the networks of the server.
struct CamerasDiscover: SocketCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover", abstract: Texts.here.camerasDiscoverAbstract,
        discussion: Texts.here.camerasDiscoverDiscussion)

    @Option(help: ArgumentHelp(Texts.here.helpDiscoverSeconds, valueName: Texts.here("sekundy", "seconds")))
    var seconds: Double = DiscoveryOrder.usual

    @Option(help: ArgumentHelp(Texts.here.helpInterface, valueName: Texts.here("jméno", "name")))
    var interface: String?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        guard (1...DiscoveryOrder.longest).contains(seconds) else {
            throw ValidationError(Texts.here.badDiscoverSeconds)
        }
    }

    func execute(_ session: Session) async throws {
        let request = QuerySocket.Request(
            method: .post, target: APIPath.cameraDiscoveries, accept: MediaTypeName.lines,
            contentType: MediaTypeName.json,
            body: Array(try WireJSON.encode(DiscoveryQuery(seconds: seconds, interface: interface).json)))
        let report = try await session.errand(request) { (message: DiscoveryMessage) -> ErrandLine<DiscoveryReport> in
            if let problem = message.problem { return .refusal(problem) }
            if let report = message.report { return .answer(report) }
            return .progress(session.texts.searching(message.listened ?? 0, of: seconds))
        }
        if session.format == .json { try session.console.write(Array(try WireJSON.encode(report)) + [10]) }
        if let failure = report.failure {
            throw CommandFailure(status: .failure, message: session.texts.searchFailed(failure))
        }
        switch session.format {
        case .json: break
        case .csv:
            try session.console.write(CSVLine.text(Self.titles))
            for item in report.items { try session.console.write(CSVLine.text(Self.fields(item))) }
        case .table:
            var table = Table(session.texts.discoveryColumns)
            for item in report.items { table.append(session.texts.discoveryCells(item)) }
            try session.show(&table, empty: session.texts.nothingDiscovered)
        }
    }

    private static let titles = [
        "address", "name", "hardware", "location", "service", "cameras", "interface", "endpoint",
    ]

    private static func fields(_ item: DiscoveryReport.Item) -> [String?] {
        let device = item.device
        return [
            device.answeredFrom.joined(separator: " "), device.name, device.hardware, device.location,
            device.addresses.joined(separator: " "), item.cameras.map(\.rawValue).joined(separator: " "),
            device.interface, device.endpoint,
        ]
    }
}
