import MKDSCore

/// Prints what ``TownBench`` found.
struct TownReport {
    let truth: TownTruth
    let window: TownTruth.Span
    let watch: ProcessWatch
    /// Seconds between which memory counts: as many cameras are in trouble then, and without decoders, at any time.
    let memorySpan: ClosedRange<Double>
    let picturesPerSecond: Double

    func print() {
        motion()
        recovery()
        rate()
        processes()
    }

    private func motion() {
        let motion = truth.motion(in: window)
        Swift.print(
            "\nmotion owed; lost; doubled; not owed (in trouble or just after); of these seen; false while well; in trouble"
        )
        Swift.print(
            [
                motion.expected, motion.lost.count, motion.doubled.count, motion.excused, motion.excusedSeen,
                motion.falseWhileWell.count, motion.falseInTrouble,
            ].map(String.init).joined(separator: "; "))
        list("lost", motion.lost)
        list("doubled", motion.doubled)
        list("false", motion.falseWhileWell)
    }

    private func recovery() {
        Swift.print("\ntrouble; times; without picture at its end; then back after p50 s; p99 s; max s; never")
        var all = TownTruth.Recovery()
        for (what, recovery) in truth.recoveries(in: window).sorted(by: { $0.key < $1.key }) {
            row(what, recovery)
            all.count += recovery.count
            all.seconds += recovery.seconds
            all.never += recovery.never
        }
        row("all", all)
        list("never back", all.never)
        list("gaps without trouble", truth.unexplainedGaps(in: window))
    }

    private func row(_ what: String, _ recovery: TownTruth.Recovery) {
        let sorted = recovery.seconds.sorted()
        func figure(_ share: Double) -> String {
            sorted.isEmpty ? "–" : rounded(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))])
        }
        Swift.print(
            "\(what); \(recovery.count); \(sorted.count); \(figure(0.5)); \(figure(0.99)); \(figure(1)); \(recovery.never.count)"
        )
    }

    private func rate() {
        let rate = truth.healthyRate(picturesPerSecond: picturesPerSecond)
        Swift.print("\ncameras never in trouble; their connection not one and whole; pictures received; missing")
        Swift.print("\(rate.cameras); \(rate.broken.count); \(rate.packets); \(rate.missing)")
        list("not whole", rate.broken)
    }

    private func processes() {
        Swift.print("\nprogram; cores; own memory MiB, mean of each fifth of \(memorySpan) s; last/first")
        for program in watch.programs {
            let cores = rounded(watch.cores(of: program, from: 30), places: 3)
            let memory = watch.meanMemory(of: program, in: memorySpan, parts: 5)
            guard let first = memory.first, let last = memory.last, first > 0 else {
                Swift.print("\(program); \(cores); –")
                continue
            }
            let means = memory.map { rounded($0) }.joined(separator: " ")
            Swift.print("\(program); \(cores); \(means); \(rounded(last / first, places: 3))")
        }
        let loads = watch.samples.map(\.load).sorted()
        if let least = loads.first, let most = loads.last {
            Swift.print("load of the machine: \(least) to \(most), median \(loads[loads.count / 2])")
        }
    }

    private func list(_ title: String, _ items: [String]) {
        guard !items.isEmpty else { return }
        Swift.print("\(title): " + items.sorted().prefix(20).joined(separator: ", ") + (items.count > 20 ? ", …" : ""))
    }

    private func rounded(_ value: Double, places: Int = 1) -> String {
        let scale = places == 1 ? 10.0 : 1000.0
        return "\((value * scale).rounded() / scale)"
    }
}
