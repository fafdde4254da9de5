internal import MKDSCore

extension CameraStatus {
    /// Takes over what a run tells of the stream and its times.
    mutating func take(_ run: StreamRun) {
        codec = run.codec
        width = run.width
        height = run.height
        frameRate = run.frameRate
        bitRate = run.bitRate
        lastPacket = run.lastPacket
        clock = run.clock
        clockOffset = run.reading?.offset?.inSeconds
        uncertainty = run.uncertainty?.inSeconds
    }
}
