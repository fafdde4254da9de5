internal import ArgumentParser
internal import FoundationEssentials
internal import MKDSCore
internal import QueryAPI

/// `mkdsctl health`: how the daemon fares, part by part. Exits with 1 when something fails, so that scripts can watch.
struct HealthCommand: SocketCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: Texts.here.healthAbstract, discussion: Texts.here.healthDiscussion)

    @OptionGroup var shared: SharedOptions

    func execute(_ session: Session) async throws {
        let bytes = try await session.healthBytes(QuerySocket.Request(target: APIPath.health))
        guard let report = try? WireJSON.decode(HealthReport.self, from: Data(bytes)) else {
            throw session.failure(.notUnderstood("HealthReport"), importing: false)
        }
        switch session.format {
        case .json: try session.console.write(bytes.last == 10 ? bytes : bytes + [10])
        case .csv:
            try session.console.write(CSVLine.text(["component", "status", "reason", "figures"]))
            for part in report.components {
                let figures = session.texts.figures(part.figures)
                try session.console.write(
                    CSVLine.text([
                        part.name, part.status.rawValue, session.texts(part.reasonCS ?? "", part.reason ?? ""), figures,
                    ]))
            }
        case .table:
            try session.show(fields: session.texts.healthFields(report))
            try session.console.print("")
            var table = Table(session.texts.healthColumns)
            for part in report.components { table.append(session.texts.healthCells(part)) }
            try session.show(&table, empty: "")
            let reasons = session.texts.healthReasons(report).map(DisplayWidth.harmless)
            if !reasons.isEmpty { try session.console.print("") }
            for reason in reasons { try session.console.print(reason) }
        }
        if report.status == .failing {
            throw CommandFailure(status: .failure, message: session.texts.healthFailing)
        }
    }
}
