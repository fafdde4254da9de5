internal import MKDSCore
internal import Media
internal import Motion

/// What one trial found and what it cost.
struct TryReport {
    var stream: VideoStream
    var events: [MotionEvent] = []
    /// From the first packet to the last.
    var length: Duration = .zero
    var byteCount = 0
    var packetCount = 0
    var keyframes = 0
    var keyframeDistances: [Duration] = []
    var decoded = 0
    var analysed = 0
    var damaged = 0
    var globalChanges = 0
    var sizeChanges = 0
    /// User and system time of the process.
    var cpu: Duration = .zero
    /// The part of ``cpu`` spent in motion detection.
    var motionCPU: Duration = .zero
    /// From the order to open to the description of the stream, and to the first whole picture.
    var opened: Duration = .zero
    var firstPicture: Duration?
    /// What the clocks say of the last packet.
    var reading: ClockReading?
    var clock: ClockSource = .arrival
    var uncertainty: Duration?
    /// How many looks at the scene found what, and spells of pictures that repeat.
    var looks = 0
    var troubles: [SightTrouble: Int] = [:]

    init(stream: VideoStream) {
        self.stream = stream
    }
}

// MARK: - JSON

extension MotionEvent {
    /// One line: `{"start_s":…,"end_s":…,"peak":…,"peak_s":…,"box":{…},"cells":"hex"}`, times in clip time.
    var jsonLine: String {
        let area = box ?? PictureBox(left: 0, top: 0, right: 0, bottom: 0)
        let sides = [("left", area.left), ("top", area.top), ("right", area.right), ("bottom", area.bottom)]
            .map { "\"\($0)\":\(Double($1).decimal(4))" }
            .joined(separator: ",")
        let hexadecimal = cells.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "{\"start_s\":\(start.inSeconds.decimal(3)),\"end_s\":\((end ?? lastSeen).inSeconds.decimal(3)),"
            + "\"peak\":\(Double(peak).decimal(5)),\"peak_s\":\(peakTime.inSeconds.decimal(3)),"
            + "\"box\":{\(sides)},\"cells\":\"\(hexadecimal)\"}"
    }
}

// MARK: - Table

extension TryReport {
    /// Events as a table, then what is known about the stream.
    func table(_ texts: TryTexts) -> String {
        (eventLines(texts) + [""] + factLines(texts)).joined(separator: "\n") + "\n"
    }

    private func eventLines(_ texts: TryTexts) -> [String] {
        guard !events.isEmpty else { return [texts.noEvents] }
        let rows = [texts.columns] + events.map { row($0, texts) }
        let widths = texts.columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.indices.map { column in
                let blanks = String(repeating: " ", count: widths[column] - row[column].count)
                return column == row.count - 1 ? row[column] : blanks + row[column]
            }.joined(separator: "  ")
        }
    }

    private func row(_ event: MotionEvent, _ texts: TryTexts) -> [String] {
        let end = event.end ?? event.lastSeen
        let place = event.box.map { box in
            "\(percent(box.left))–\(percent(box.right)) × \(percent(box.top))–\(percent(box.bottom)) %"
        }
        return [
            event.start.clock, end.clock, (end - event.start).inSeconds.decimal(1, texts.language) + " s",
            (Double(event.peak) * 100).decimal(1, texts.language) + " %", event.peakTime.clock, place ?? "",
        ]
    }

    private func percent(_ share: Float) -> Int { Int((share * 100).rounded()) }

    private func factLines(_ texts: TryTexts) -> [String] {
        let language = texts.language
        let seconds = max(length.inSeconds, 0.001)
        let rate = stream.frameRate > 0 ? Double(stream.frameRate) : Double(max(packetCount - 1, 0)) / seconds
        let name = stream.profile.isEmpty ? stream.codec : "\(stream.codec) (\(stream.profile))"
        let middle = keyframeDistances.sorted().dropFirst(keyframeDistances.count / 2).first
        let perPicture = motionCPU.inSeconds * 1000 / Double(max(analysed, 1))
        var facts = [
            (
                texts.video,
                texts.stream(
                    codec: name, width: Int(stream.width), height: Int(stream.height), rate: rate.decimal(1, language))
            ),
            (
                texts.length,
                "\(length.clock), \(texts.eventCount(events.count)), "
                    + texts.flow(
                        bitRate: (Double(byteCount) * 8 / 1000 / seconds).decimal(0, language),
                        keyframes: middle?.inSeconds.decimal(1, language))
            ),
            (texts.pictures, texts.analysed(analysed, of: decoded, damaged: damaged)),
            (
                texts.cost,
                texts.cpu(
                    total: cpu.inSeconds.decimal(2, language),
                    perSecond: (cpu.inSeconds * 1000 / seconds).decimal(1, language),
                    perPicture: perPicture.decimal(2, language))
            ),
        ]
        if globalChanges > 0 { facts.append((texts.note, texts.globalChanges(globalChanges))) }
        if sizeChanges > 0 { facts.append((texts.note, texts.sizeChanges(sizeChanges))) }
        let width = facts.map(\.0.count).max() ?? 0
        return facts.map { $0 + String(repeating: " ", count: width - $0.count) + "  " + $1 }
    }
}

// MARK: - Numbers

extension Double {
    /// Fixed decimals, with a comma in Czech; without a language as JSON wants them.
    func decimal(_ places: Int, _ language: TryLanguage = .english) -> String {
        guard isFinite else { return "0" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = (abs(self) * scale).rounded()
        guard scaled < 9e15 else { return "0" }
        let whole = Int(scaled)
        let sign = self < 0 && whole > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        let (quotient, rest) = whole.quotientAndRemainder(dividingBy: Int(scale))
        let digits = String(rest)
        let zeros = String(repeating: "0", count: places - digits.count)
        return "\(sign)\(quotient)\(language == .czech ? "," : ".")\(zeros)\(digits)"
    }
}

extension Duration {
    /// `1:07.2`, `1:02:07.2`: minutes, seconds and tenths of clip time.
    var clock: String {
        let tenths = Int64((max(inSeconds, 0) * 10).rounded())
        let (hours, minutes, seconds) = (tenths / 36_000, tenths / 600 % 60, tenths / 10 % 60)
        let padded = (seconds < 10 ? "0" : "") + "\(seconds).\(tenths % 10)"
        return hours > 0 ? "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(padded)" : "\(minutes):\(padded)"
    }
}
