internal import ArgumentParser
internal import MKDSCore

/// `mkds-capture probe`: one look at one camera, ordered by mkdsd.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Look at one camera and tell what it offers; started by mkdsd.",
        discussion: """
            Reads an order from standard input (one JSON line; it may hold a password), writes progress at least once a \
            second and the facts at the end on standard output, both JSON lines. The end of standard input or SIGTERM \
            ends it. Before it reads anything it closes the same box as `run`, and writes nowhere at all. \
            For people there are `mkdsctl cameras probe` and `mkds-capture try`.

            Exit codes: 0 the facts were told, 64 wrong arguments, 65 the order cannot be read, 71 the box cannot be closed.
            """)

    @OptionGroup var options: ErrandOptions

    func run() throws {
        let errand = try Errand(options)
        let order = try errand.order(ProbeOrder.self)
        let probe = ProbeRun(order, stop: errand.stop) { errand.tell($0) }
        let facts = probe.run()
        errand.tell(ProbeNotice(stage: .watch, watched: facts.video?.seconds ?? 0, facts: facts))
    }
}
