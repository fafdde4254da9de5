package import MKDSCore

/// One line of the answer to a probe: progress, and at the end the report or a problem.
package struct ProbeMessage: Hashable, Codable, Sendable {
    package var stage: ProbeStage?
    /// Seconds watched so far.
    package var watched: Double?
    package var report: ProbeReport?
    package var problem: Problem?

    package init(
        stage: ProbeStage? = nil, watched: Double? = nil, report: ProbeReport? = nil, problem: Problem? = nil
    ) {
        self.stage = stage
        self.watched = watched
        self.report = report
        self.problem = problem
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case stage, report, problem
        case watched = "watched_s"
    }
}

/// What a probe found, what it means and what it will cost.
package struct ProbeReport: Hashable, Codable, Sendable {
    /// The worst of the findings.
    package enum Verdict: String, CaseIterable, Codable, Sendable {
        case good
        case usable
        case unusable
    }

    /// What many cameras like this one need of a machine like this.
    package struct Estimate: Hashable, Codable, Sendable {
        package static let cameraCount = 32

        package var cameras: Int
        package var cores: Double
        package var memoryMiB: Double

        package enum CodingKeys: String, CodingKey, CaseIterable {
            case cameras, cores
            case memoryMiB = "memory_mib"
        }
    }

    /// Of the register; nil for any other.
    package var camera: CameraID?
    /// Never with user name or password.
    package var url: String
    package var verdict: Verdict
    package var facts: ProbeFacts
    /// The worst first.
    package var findings: [ProbeFinding]
    package var estimate: Estimate?
    /// Header and line of an import file with what is known filled in; nil for a camera of the register.
    package var importCSV: String?

    /// Judges what was seen.
    ///
    /// - Parameters:
    ///   - facts: From the probe.
    ///   - target: What was looked at.
    package init(_ facts: ProbeFacts, of target: ProbeTarget) {
        camera = target.camera
        url = target.url
        self.facts = facts
        findings = ProbeFindings.of(facts, target)
        verdict =
            findings.contains { $0.severity == .error }
            ? .unusable : findings.contains { $0.severity == .warning } ? .usable : .good
        let count = Estimate.cameraCount
        estimate = facts.cost.map {
            Estimate(
                cameras: count, cores: $0.cpuMilliseconds * Double(count) / 1000,
                memoryMiB: $0.memoryMiB * Double(count))
        }
        importCSV = target.camera == nil ? target.importCSV(facts) : nil
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case camera, url, verdict, facts, findings, estimate
        case importCSV = "import_csv"
    }
}

/// What was looked at, without secrets.
package struct ProbeTarget: Hashable, Sendable {
    package var camera: CameraID?
    package var url: String
    package var credential: String?
    package var trust: CameraTrust?

    package init(camera: CameraID? = nil, url: String, credential: String? = nil, trust: CameraTrust? = nil) {
        self.camera = camera
        self.url = url
        self.credential = credential
        self.trust = trust
    }

    package var isEncrypted: Bool { url.lowercased().hasPrefix("rtsps:") || url.lowercased().hasPrefix("https:") }
    package var isFile: Bool { url.lowercased().hasPrefix("file:") }

    /// Header and one line for `mkdsctl cameras import`; what a person must decide stays empty.
    func importCSV(_ facts: ProbeFacts) -> String {
        let trust = trust ?? facts.certificate.map { .pin($0.fingerprint) }
        let columns: [(String, String?)] = [
            ("id", nil), ("name", nil), ("owner", nil), ("purpose_class", nil), ("legal_basis", nil), ("url", url),
            ("credential", credential), ("trust", isEncrypted ? trust?.text : nil), ("mast_lon", nil),
            ("mast_lat", nil), ("scene_lon", nil), ("scene_lat", nil), ("retention", nil),
        ]
        return columns.map(\.0).joined(separator: ",") + "\r\n"
            + columns.map { EventTable.text($0.1) }.joined(separator: ",") + "\r\n"
    }
}
