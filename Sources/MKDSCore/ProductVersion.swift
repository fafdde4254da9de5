/// The version of mkdsd and all its programs, as `--version`, the log and `/v1/health` say it.
package enum ProductVersion {
    package static let text = "0.1.0"
}
