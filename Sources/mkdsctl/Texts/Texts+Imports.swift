internal import MKDSCore
internal import QueryAPI

/// Reports of imports as readable lists.
extension Texts {
    /// What is wrong, one line each, errors first: `  chyba: řádek 3 (kam-1), sloupec url: …`.
    func list(_ problem: Problem, importing: Bool) -> String {
        let problems = problem.problems
        let errors = problems.filter { $0.severity == .error }
        let warnings = problems.filter { $0.severity == .warning }
        var lines = folded(errors + warnings)
        // The title of an import refused for its content says so already.
        if importing, problem.kind != .importRefused {
            lines.append(self("Neimportovalo se nic.", "Nothing was imported."))
        }
        return lines.joined(separator: "\n")
    }

    /// A line for each problem; more than three of the same about numbered things in a row become one line.
    private func folded(_ problems: [Problem.Item]) -> [String] {
        var lines: [String] = []
        var rest = problems[...]
        while let first = rest.first {
            let same = rest.prefix {
                ($0.item, $0.severity, $0.field) == (first.item, first.severity, first.field)
                    && $0.message == first.message
            }
            rest = rest.dropFirst(same.count)
            let numbers = same.compactMap(\.number)
            guard same.count > 3, numbers.count == same.count, let last = numbers.last else {
                lines += same.map { line($0) }
                continue
            }
            let isRun = zip(numbers, numbers.dropFirst()).allSatisfy { $0 + 1 == $1 }
            let told = isRun ? "\(numbers[0])–\(last)" : numbers.map { "\($0)" }.joined(separator: ", ")
            lines.append(line(first, told: told))
        }
        return lines
    }

    // `told`: numbers of several lines or features instead of the item's own number and name.
    private func line(_ item: Problem.Item, told: String? = nil) -> String {
        var parts: [String] = []
        let number = told.map { " \($0)" } ?? item.number.map { " \($0)" } ?? ""
        let name = told == nil ? item.name.map { " (\($0))" } ?? "" : ""
        switch item.item {
        case .line: parts.append((told == nil ? self("řádek", "line") : self("řádky", "lines")) + number + name)
        case .feature:
            parts.append((told == nil ? self("prvek", "feature") : self("prvky", "features")) + number + name)
        case .document, .parameter: if let name = item.name { parts.append(name) }
        }
        if let field = item.field {
            parts.append(item.item == .line ? self("sloupec ", "column ") + field : field)
        }
        let severity = item.severity == .error ? self("chyba", "error") : self("upozornění", "warning")
        let place = parts.isEmpty ? "" : parts.joined(separator: ", ") + ": "
        return DisplayWidth.harmless("  \(severity): \(place)\(self(item.messageCS, item.message))")
    }

    func emptyFile(_ path: String) -> String { self("Soubor \(path) je prázdný.", "The file \(path) is empty.") }

    func wrongDocument(_ name: String, expected: ImportDocument.Kind) -> String {
        switch expected {
        case .geoJSON:
            self(
                "\(name) není GeoJSON (nezačíná znakem „{“). Z formátu SHP převedete: ogr2ogr -f GeoJSON VYSTUP.geojson VSTUP.shp",
                "\(name) is not GeoJSON (it does not begin with “{”). From SHP: ogr2ogr -f GeoJSON OUT.geojson IN.shp")
        case .csv: self("\(name) není CSV, ale nejspíš GeoJSON.", "\(name) is not CSV but probably GeoJSON.")
        }
    }

    // MARK: - Reports

    func lines(_ report: AreaImportReport) -> [String] {
        var lines = [areaHeadline(report)]
        lines.append(
            self("  Platí od ", "  In force from ") + boundary(report.validFrom)
                + (report.validTo.map { self(" do ", " to ") + boundary($0) } ?? ""))
        // Nothing more is computed for a map that is stored already.
        if report.unchanged { return lines + [closing(dryRun: report.dryRun, unchanged: true)] }
        lines.append(self("  Rozloha ", "  Surface ") + "\(decimal(report.squareMetres / 1_000_000, places: 2)) km²")
        lines.append("  " + coordinates(report))
        if let cover = report.cover {
            lines.append(
                self("  Pokrytí obce ", "  Cover of ") + label(code: cover.obec.code, name: cover.obec.name)
                    + ": \(decimal(cover.share * 100, places: 2)) %; "
                    + self("chybí ", "missing ") + squareMetres(cover.missingSquareMetres)
                    + self(", mimo obec ", ", outside ") + squareMetres(cover.outsideSquareMetres))
        }
        if !report.superseded.isEmpty {
            lines.append(self("  Nahrazuje: ", "  Replaces: ") + report.superseded.map(area).joined(separator: "; "))
        }
        if !report.camerasMoved.isEmpty {
            lines.append(
                self("  Kamery, které mění okrsek: ", "  Cameras that change their okrsek: ")
                    + report.camerasMoved.map(\.rawValue).joined(separator: ", "))
        }
        lines += report.overlaps.map(line) + report.gaps.map(line) + warnings(report.warnings)
        return lines + [closing(dryRun: report.dryRun, unchanged: report.unchanged)]
    }

    private func areaHeadline(_ report: AreaImportReport) -> String {
        let areas = count(
            report.areaCount, czech: (one: "území", few: "území", many: "území"), english: (one: "area", many: "areas"))
        return "\(report.source): \(areas), \(self("druh", "kind")) \(report.kind.rawValue)"
            + (report.obec.isEmpty ? "" : ", \(self("obec", "obec")) \(report.obec)")
    }

    private func coordinates(_ report: AreaImportReport) -> String {
        guard report.srid != 4326 else {
            return self("Souřadnice EPSG:4326, bez převodu", "Coordinates EPSG:4326, not converted")
        }
        return self("Souřadnice převedeny: ", "Coordinates converted: ") + report.transformation
    }

    private func line(_ overlap: AreaImportReport.Overlap) -> String {
        self("  upozornění: překryv ", "  warning: overlap of ")
            + label(code: overlap.first.code, name: overlap.first.name)
            + " × " + label(code: overlap.second.code, name: overlap.second.name)
            + ": \(squareMetres(overlap.squareMetres)) (\(decimal(overlap.share * 100, places: 3)) % "
            + self("menšího", "of the smaller") + ")"
    }

    private func line(_ gap: AreaImportReport.Gap) -> String {
        self("  upozornění: mezera ", "  warning: gap of ") + squareMetres(gap.squareMetres) + self(" u ", " at ")
            + point(gap.point)
            + (gap.neighbours.isEmpty
                ? ""
                : self(" mezi ", " between ")
                    + gap.neighbours.map { label(code: $0.code, name: $0.name) }.joined(separator: ", "))
    }

    func lines(_ report: CameraImportReport) -> [String] {
        var lines = [
            "\(report.source): "
                + changes(added: report.added, changed: report.changed, unchanged: report.unchanged)
        ]
        if !report.disabled.isEmpty {
            lines.append(
                self("  Vypnuty, protože v souboru nejsou: ", "  Switched off since the file does not name them: ")
                    + report.disabled.map(\.rawValue).joined(separator: ", "))
        }
        for camera in report.cameras {
            var line =
                "  \(camera.camera) \(camera.name): \(self("okrsek", "okrsek")) "
                + okrsek(camera.okrsek, onBorder: camera.onBorder)
            let others = camera.touched.filter { $0 != camera.okrsek }
            if !others.isEmpty {
                line += self("; vidí i do ", "; sees into ") + others.map(area).joined(separator: ", ")
            }
            lines.append(line)
        }
        return lines + warnings(report.warnings) + [closing(dryRun: report.dryRun, unchanged: false)]
    }

    func lines(_ report: OfficialImportReport) -> [String] {
        var lines = [
            "\(report.source): "
                + changes(added: report.added, changed: report.changed, unchanged: report.unchanged)
        ]
        if report.ended > 0 {
            lines.append(self("  Ukončená období: ", "  Terms ended: ") + grouped(report.ended))
        }
        return lines + warnings(report.warnings) + [closing(dryRun: report.dryRun, unchanged: false)]
    }

    private func changes(added: Int, changed: Int, unchanged: Int) -> String {
        self(
            "nových \(grouped(added)), změněných \(grouped(changed)), beze změny \(grouped(unchanged))",
            "\(grouped(added)) new, \(grouped(changed)) changed, \(grouped(unchanged)) as before")
    }

    private func warnings(_ problems: [ImportProblem]) -> [String] {
        problems.map {
            self("  upozornění: ", "  warning: ") + self($0.descriptionCs, $0.description)
        }
    }

    private func closing(dryRun: Bool, unchanged: Bool) -> String {
        if unchanged {
            return self(
                "Táž mapa od téhož dne už uložena je; nemění se nic.",
                "This very map from that date is stored already; nothing changes.")
        }
        if dryRun { return self("Zkouška: neuložilo se nic.", "Trial: nothing was stored.") }
        return self("Uloženo.", "Stored.")
    }

    private func squareMetres(_ value: Double) -> String { "\(decimal(value, places: value < 10 ? 2 : 0)) m²" }
}
