internal import ArgumentParser
internal import MKDSCore
internal import QueryAPI

/// `mkdsctl place 13.3776,49.7475`: the okrsek of a spot and who is in charge there.
struct PlaceCommand: SocketCommand {
    static let configuration = CommandConfiguration(commandName: "place", abstract: Texts.here.placeAbstract)

    @Argument(help: ArgumentHelp(Texts.here.helpPoint, valueName: Texts.here("délka,šířka", "lon,lat")))
    var point: GeoPoint

    @Option(parsing: .unconditional, help: ArgumentHelp(Texts.here.helpAt, valueName: Texts.here("čas", "time")))
    var at: String?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if point.isSwapped { throw ValidationError(Texts.here.swapped(point)) }
    }

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
    /// `13.3776,49.7475`, or as Mapy.cz writes it, latitude first: `49.7475N, 13.3776E`.
    package init?(argument: String) {
        let parts = argument.split(separator: ",").map { $0.drop { $0 == " " } }
        if parts.count == 2, parts[0].last == "N", parts[1].last == "E" {
            self.init("\(parts[1].dropLast()),\(parts[0].dropLast())")
        } else {
            self.init(argument)
        }
    }

    /// It lies far from the Czech Republic, but would lie in it with its numbers the other way round.
    var isSwapped: Bool {
        !Self.isCzech(longitude, latitude) && Self.isCzech(latitude, longitude)
    }

    private static func isCzech(_ longitude: Double, _ latitude: Double) -> Bool {
        (12...19).contains(longitude) && (48.5...51.1).contains(latitude)
    }
}
