internal import CLinux
package import MKDSCore

extension HostClockState {
    /// What the kernel says of this host's clock now; a call that never waits.
    ///
    /// chrony, systemd-timesyncd and ntpd all leave their state with the kernel (adjtimex(2)), so none need be asked.
    ///
    /// - Throws: ``SystemError`` where the call is not allowed.
    package static func current() throws(SystemError) -> HostClockState {
        var state = mkds_clock_state()
        guard mkds_clock_read(&state) == 0 else { throw SystemError("read the state of the host's clock") }
        return HostClockState(
            time: .now, isSynchronised: state.synchronised, offset: .microseconds(state.offset_us),
            estimatedError: .microseconds(state.estimated_error_us),
            maximumError: .microseconds(state.maximum_error_us), frequency: state.frequency_ppm)
    }
}
