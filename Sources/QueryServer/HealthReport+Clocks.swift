import MKDSCore
internal import QueryAPI

/// What the clocks, the server's own and the cameras', mean for the verdict.
extension HealthReport {
    /// The server's clock; nil where the kernel does not tell.
    static func hostClock(_ snapshot: DaemonSnapshot) -> Component? {
        guard let clock = snapshot.hostClock else { return nil }
        var component = Component(
            name: "host_clock",
            figures: [
                "offset_ms": clock.offset.inSeconds * 1000, "max_error_ms": clock.maximumError.inSeconds * 1000,
            ])
        if !clock.isSynchronised {
            component.status = .degraded
            component.reason =
                "The server's clock is not synchronised: recorded times may be wrong. Set up chrony or systemd-timesyncd."
            component.reasonCS =
                "Hodiny serveru nejsou synchronizované: zaznamenané časy mohou být chybné. Nastavte chrony nebo "
                + "systemd-timesyncd."
        }
        return component
    }

    /// The clocks of the cameras that tell their time.
    static func cameraClocks(_ snapshot: DaemonSnapshot) -> Component {
        let wrong = snapshot.cameras.filter { camera in
            camera.clockOffset.map { TimeCheck(offset: .seconds($0)) != .verified } ?? false
        }
        let silent = snapshot.cameras.count { $0.state == .live && $0.clockOffset == nil }
        var component = Component(
            name: "camera_clocks", figures: ["deviating": Double(wrong.count), "telling_no_time": Double(silent)])
        if !wrong.isEmpty {
            let names = wrong.map(\.camera.rawValue).sorted()
            let told = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
            component.status = .degraded
            component.reason = "\(wrong.count) cameras have a clock that is off by more than 2 s: \(told)."
            component.reasonCS = "Hodiny odchýlené o více než 2 s má kamer: \(wrong.count) (\(told))."
        }
        return component
    }
}
