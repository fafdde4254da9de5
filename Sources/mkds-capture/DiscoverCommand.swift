internal import ArgumentParser
internal import Linux
internal import MKDSCore
internal import Media
internal import OnvifDevice

/// `mkds-capture discover`: one search of the local networks for cameras, ordered by mkdsd.
struct DiscoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover",
        abstract: "Search the local networks for ONVIF cameras; started by mkdsd.",
        discussion: """
            Reads an order from standard input (one JSON line), writes progress every second and the devices at the end \
            on standard output, both JSON lines. The end of standard input or SIGTERM ends it. Before it reads anything it \
            closes the same box as `run`, and writes nowhere at all. For people there is `mkdsctl cameras discover`.

            Exit codes: 0 the devices were told, 64 wrong arguments, 65 the order cannot be read, 71 the box cannot be closed.
            """)

    @OptionGroup var options: ErrandOptions

    func run() throws {
        let errand = try Errand(options)
        let order = try errand.order(DiscoveryOrder.self)
        let seconds = min(max(order.seconds, 1), DiscoveryOrder.longest)
        let began = ContinuousClock.now
        let heard = StopFlag()
        let ticking = try NamedThread(name: "progress") {
            while !heard.wait(for: .seconds(1)) {
                errand.tell(DiscoveryNotice(listened: began.duration(to: .now).inSeconds))
            }
        }
        var last = DiscoveryNotice(listened: seconds)
        do throws(DeviceError) {
            last.devices = try Discovery.search(
                for: .microseconds(Int64(seconds * 1_000_000)), interfaces: order.interfaces.map { Set($0) },
                stop: errand.stop)
        } catch {
            last.failure = error.detail
        }
        heard.raise()
        ticking.join()
        errand.tell(last)
    }
}
