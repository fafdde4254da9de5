// The two halves of the kill test as processes that can be killed; built with the tests, never installed.
//
//     mkds-load write SPOOL RECORDS_PER_SECOND     a capture process's journal under load
//     mkds-load index CONNINFO SPOOL…              mkdsd's loader
//
// Both end in order when their standard input ends.

import EventIndex
import Glibc
import Linux
import MKDSCore
import Postgres

func complain(_ text: String) -> Never {
    let line = Array("mkds-load: \(text)\n".utf8)
    _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    exit(1)
}

/// Loads until standard input ends. Nothing acknowledged is deleted: the test compares with the whole journal.
func index(_ conninfo: String, _ spools: [String]) async throws {
    let loader = Loader(
        try IndexConnectionSettings(conninfo), spools: spools,
        configuration: LoaderConfiguration(
            batchLimit: 512, keeping: .seconds(365 * 86_400), longestDelay: .milliseconds(200),
            // The comparison takes what is open at the end as open.
            leftAfter: .seconds(86_400)))
    let task = Task { await loader.run() }
    let watch = try NamedThread(name: "stdin") {
        var byte: UInt8 = 0
        while read(0, &byte, 1) > 0 {}
        task.cancel()
    }
    await task.value
    watch.join()
}

let arguments = Array(CommandLine.arguments.dropFirst())
do {
    switch arguments.first {
    case "write" where arguments.count == 3:
        guard let rate = Int(arguments[2]), (1...1_000_000).contains(rate) else {
            complain("not a rate: \(arguments[2])")
        }
        var generator = try LoadGenerator(spool: arguments[1], recordsPerSecond: rate)
        generator.run()
    case "index" where arguments.count >= 3:
        try await index(arguments[1], Array(arguments[2...]))
    default:
        complain("expected: write SPOOL RECORDS_PER_SECOND | index CONNINFO SPOOL…")
    }
} catch {
    complain("\(error)")
}
