/// The version of this program, as `--version`, the log and `/v1/health` say it.
enum DaemonVersion {
    static let text = "0.1.0"
}
