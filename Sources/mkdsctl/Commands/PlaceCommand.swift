internal import ArgumentParser
internal import MKDSCore
internal import QueryAPI

/// `mkdsctl place 13.3776,49.7475`: the okrsek of a spot and who is in charge there.
struct PlaceCommand: SocketCommand {
    static let configuration = CommandConfiguration(commandName: "place", abstract: Texts.here.placeAbstract)

    @Argument(help: ArgumentHelp(Texts.here.helpPoint, valueName: "lon,lat"))
    var point: GeoPoint

    @Option(parsing: .unconditional, help: ArgumentHelp(Texts.here.helpAt, valueName: "time"))
    var at: String?

    @OptionGroup var shared: SharedOptions

    func execute(_ session: Session) async throws {
        let at = try session.time(at, as: .moment, option: "--at")
        let request = QuerySocket.Request(target: target(APIPath.place, PlaceQuery(point: point, at: at).items))
        if session.format == .json {
            try await session.pass(request)
            return
        }
        let answer = try await session.value(PlaceAnswer.self, request)
        if session.format == .csv { return try csv(session, answer) }
        try session.show(fields: session.texts.placeFields(answer))
        try session.console.print("")
        if answer.okrsek == nil, answer.obvod == nil, answer.obec == nil {
            return try session.console.print(session.texts.outsideMaps)
        }
        var table = Table(session.texts.officialColumns)
        for official in answer.officials { table.append(session.texts.officialCells(official)) }
        try session.show(&table, empty: session.texts.noOfficials)
        if answer.unstaffed { try session.console.print(session.texts.unstaffed) }
    }

    private func csv(_ session: Session, _ answer: PlaceAnswer) throws {
        let titles = [
            "role", "person", "body", "phone", "kind", "code", "valid_from", "valid_to", "okrsek", "obvod", "obec",
        ]
        try session.console.write(CSVLine.text(titles))
        let codes = [answer.okrsek?.code, answer.obvod?.code, answer.obec?.code]
        if answer.officials.isEmpty {
            try session.console.write(CSVLine.text([String?](repeating: nil, count: 8) + codes))
        }
        for official in answer.officials {
            let fields: [String?] = [
                official.role.rawValue, official.person, official.body, official.phone, official.kind.rawValue,
                official.code, official.validFrom.description, official.validTo?.description,
            ]
            try session.console.write(CSVLine.text(fields + codes))
        }
    }
}

extension GeoPoint: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
