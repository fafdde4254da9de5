import MKDSCore

/// One connected group of blocks of the small picture that hold enough foreground.
struct Region {
    /// Foreground pixels.
    var area = 0
    /// Pixels that changed against the recent past, in blocks in which many did.
    var changed = 0
    /// Bounds in blocks, both inclusive.
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int
    /// Where its blocks are in the finder's list.
    var blocks: Range<Int>
}

/// Groups foreground pixels: counts them in blocks of 4 × 4, joins neighbouring blocks (8 neighbours) into regions.
///
/// Lone pixels never fill a block; parts of one person with a gap of a few pixels stay together.
struct RegionFinder: ~Copyable {
    static let blockSide = 4
    /// Foreground pixels that make a block count, of 16.
    static let blockQuorum: UInt8 = 5

    private let geometry: PictureGeometry
    let columns: Int
    let rows: Int
    private let counts: Plane<UInt8>
    private let changes: Plane<UInt8>
    private let members: Plane<Int32>

    init(_ geometry: PictureGeometry) {
        self.geometry = geometry
        columns = (geometry.width + Self.blockSide - 1) / Self.blockSide
        rows = (geometry.height + Self.blockSide - 1) / Self.blockSide
        counts = Plane(columns * rows, filledWith: 0)
        changes = Plane(columns * rows, filledWith: 0)
        members = Plane(columns * rows, filledWith: 0)
    }

    /// All regions of at least `smallest` foreground pixels; their blocks can be visited until the next call.
    func regions(in flags: UnsafePointer<UInt8>, smallest: Int) -> [Region] {
        count(flags)
        var found: [Region] = []
        var used = 0
        for block in 0..<columns * rows where counts.base[block] >= Self.blockQuorum {
            let region = grow(from: block, at: used)
            used = region.blocks.upperBound
            if region.area >= smallest { found.append(region) }
        }
        return found
    }

    /// Marks the pixels of a region's blocks.
    func mark(_ region: Region, in flags: UnsafeMutablePointer<UInt8>) {
        for member in region.blocks {
            let block = Int(members.base[member])
            let (left, top) = (block % columns * Self.blockSide, block / columns * Self.blockSide)
            for y in top..<min(top + Self.blockSide, geometry.height) {
                for x in left..<min(left + Self.blockSide, geometry.width) {
                    flags[y * geometry.width + x] |= PixelFlag.moving
                }
            }
        }
    }

    /// The cells of the 16 × 16 grid that the middles of a region's blocks lie in.
    func insertCells(of region: Region, into cells: inout CellGrid) {
        for member in region.blocks {
            let block = Int(members.base[member])
            let x = min(block % columns * Self.blockSide + Self.blockSide / 2, geometry.width - 1)
            let y = min(block / columns * Self.blockSide + Self.blockSide / 2, geometry.height - 1)
            cells.insert(row: y * CellGrid.side / geometry.height, column: x * CellGrid.side / geometry.width)
        }
    }

    func box(of region: Region) -> PictureBox {
        let (width, height) = (Float(geometry.width), Float(geometry.height))
        return PictureBox(
            left: Float(region.left * Self.blockSide) / width, top: Float(region.top * Self.blockSide) / height,
            right: min(1, Float((region.right + 1) * Self.blockSide) / width),
            bottom: min(1, Float((region.bottom + 1) * Self.blockSide) / height))
    }

    // MARK: -

    private func count(_ flags: UnsafePointer<UInt8>) {
        counts.base.update(repeating: 0, count: counts.count)
        changes.base.update(repeating: 0, count: changes.count)
        for y in 0..<geometry.height {
            let line = flags + y * geometry.width
            let start = y / Self.blockSide * columns
            var x = 0
            while x < geometry.width {
                let end = min(x + 8, geometry.width)
                defer { x = end }
                // Most of most pictures is background.
                if end - x == 8, UnsafeRawPointer(line + x).loadUnaligned(as: UInt64.self) == 0 { continue }
                for x in x..<end {
                    let block = start + x / Self.blockSide
                    counts.base[block] += line[x] & PixelFlag.foreground
                    changes.base[block] += line[x] >> 1 & 1
                }
            }
        }
    }

    /// Takes the block and all connected ones out of the counts, listing them from `first` on.
    private func grow(from block: Int, at first: Int) -> Region {
        var region = Region(
            left: block % columns, top: block / columns, right: block % columns, bottom: block / columns,
            blocks: first..<first)
        var end = first
        take(block, into: &region, end: &end)
        var next = first
        while next < end {
            let (column, row) = (Int(members.base[next]) % columns, Int(members.base[next]) / columns)
            next += 1
            for y in max(row - 1, 0)...min(row + 1, rows - 1) {
                for x in max(column - 1, 0)...min(column + 1, columns - 1)
                where counts.base[y * columns + x] >= Self.blockQuorum {
                    take(y * columns + x, into: &region, end: &end)
                }
            }
        }
        region.blocks = first..<end
        return region
    }

    private func take(_ block: Int, into region: inout Region, end: inout Int) {
        region.area += Int(counts.base[block])
        // Noise changes pixels here and there; what moves changes neighbours together.
        if changes.base[block] >= Self.blockQuorum { region.changed += Int(changes.base[block]) }
        counts.base[block] = 0
        members.base[end] = Int32(block)
        end += 1
        let (column, row) = (block % columns, block / columns)
        region.left = min(region.left, column)
        region.right = max(region.right, column)
        region.top = min(region.top, row)
        region.bottom = max(region.bottom, row)
    }
}
