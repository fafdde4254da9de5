import FoundationEssentials
import Glibc

/// Memory and CPU time of a daemon, its children and the simulator, sampled from `/proc`.
struct ProcessWatch {
    struct Sample {
        var seconds: Double
        /// Anonymous resident memory by program, MiB: what processes hold of their own, nothing shared counted twice.
        var memory: [String: Double] = [:]
        /// CPU seconds so far by program, of the processes that live.
        var cpu: [String: Double] = [:]
        var load: Double
    }

    private(set) var samples: [Sample] = []
    private let roots: [Int32]
    private let started = ContinuousClock.now
    private static let tick = 1 / Double(sysconf(Int32(_SC_CLK_TCK)))

    /// - Parameter roots: Process ids; their descendants count too.
    init(roots: [Int32]) {
        self.roots = roots
    }

    mutating func sample() {
        let processes = Self.processes()
        var wanted = Set(roots)
        // A child's id may be below its parent's: go round until nobody is added.
        while true {
            let more = processes.filter { wanted.contains($0.parent) && !wanted.contains($0.pid) }
            if more.isEmpty { break }
            for process in more { wanted.insert(process.pid) }
        }
        var sample = Sample(seconds: started.duration(to: .now) / .seconds(1), load: Self.load())
        for process in processes where wanted.contains(process.pid) {
            sample.memory[process.name, default: 0] += Self.anonymousMiB(process.pid)
            sample.cpu[process.name, default: 0] += process.cpuSeconds
        }
        samples.append(sample)
    }

    /// Programs seen, in order.
    var programs: [String] { Set(samples.flatMap { $0.memory.keys }).sorted() }

    /// Mean memory of one program in each of so many equal parts of a span of seconds, MiB; empty where a part has no
    /// sample.
    func meanMemory(of program: String, in span: ClosedRange<Double>, parts: Int) -> [Double] {
        let length = (span.upperBound - span.lowerBound) / Double(parts)
        let means = (0..<parts).compactMap { part -> Double? in
            let start = span.lowerBound + Double(part) * length
            let within = samples.filter { (start..<start + length).contains($0.seconds) }
            let memory = within.compactMap { $0.memory[program] }
            return memory.isEmpty ? nil : memory.reduce(0, +) / Double(memory.count)
        }
        return means.count == parts ? means : []
    }

    /// Cores that one program used from `start` seconds on.
    func cores(of program: String, from start: Double) -> Double {
        let points = samples.filter { $0.seconds >= start }
        guard let first = points.first, let last = points.last, last.seconds > first.seconds else { return 0 }
        return ((last.cpu[program] ?? 0) - (first.cpu[program] ?? 0)) / (last.seconds - first.seconds)
    }

    // MARK: - /proc

    private struct Process {
        var pid: Int32
        var parent: Int32
        var name: String
        var cpuSeconds: Double
    }

    /// Every process there is (proc(5), `stat`).
    private static func processes() -> [Process] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { name in
            guard let pid = Int32(name), let text = read("/proc/\(name)/stat"),
                let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
            else { return nil }
            let fields = text[text.index(after: close)...].split(separator: " ")
            guard fields.count > 12, let parent = Int32(fields[1]), let user = Double(fields[11]),
                let system = Double(fields[12])
            else { return nil }
            return Process(
                pid: pid, parent: parent, name: String(text[text.index(after: open)..<close]),
                cpuSeconds: (user + system) * tick)
        }
    }

    private static func anonymousMiB(_ pid: Int32) -> Double {
        let line = read("/proc/\(pid)/status")?.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
    }

    private static func load() -> Double {
        read("/proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) } ?? 0
    }

    private static func read(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
