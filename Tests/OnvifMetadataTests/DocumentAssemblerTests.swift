import TestMedia
import Testing

@testable import OnvifMetadata

struct DocumentAssemblerTests {
    @Test func handsOutADocumentOfOnePiece() {
        var assembler = DocumentAssembler()
        let document = Document.event("tns1:VideoSource/MotionAlarm")
        #expect(assembler.append(document).map(\.text) == [document])
        #expect(assembler.counters.documents == 1 && assembler.counters.droppedDocuments == 0)
    }

    @Test(arguments: [
        Document.event("tns1:VideoSource/MotionAlarm"),
        "<?xml version='1.0'?><!-- </MetadataStream> <?xml ?> --><MetadataStream></MetadataStream>",
        Document.stream("<!-- </tt:MetadataStream> <?xml version='1.0'?> -->žluťoučký &amp; &#x159;"),
        Document.stream("<![CDATA[</tt:MetadataStream> ]] ]>]]><?pi </tt:MetadataStream>?><!---->"),
        "<tt:MetadataStream xmlns:tt='a>b/>' />",
        "\u{feff}<MetaDataStream>\r\n\t<a b='/>'/></MetaDataStream \r\n >",
    ])
    func findsTheEndHoweverThePiecesAreCut(_ document: String) {
        let bytes = Array(document.utf8)
        let stream = bytes + Array("\r\n\0".utf8) + bytes
        for cut in 1..<bytes.count {
            var assembler = DocumentAssembler()
            var found = assembler.append(stream[..<cut])
            found += assembler.append(stream[cut...])
            #expect(found.map(\.received) == [bytes, bytes], "cut at \(cut)")
        }
        for size in 1...40 {
            var assembler = DocumentAssembler()
            var found: [AssembledDocument] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                found += assembler.append(stream[start..<min(start + size, stream.count)])
            }
            #expect(found.map(\.received) == [bytes, bytes], "pieces of \(size)")
            #expect(assembler.counters.droppedDocuments == 0 && assembler.counters.skippedByteCount == 0)
        }
    }
}

// MARK: - gzip

extension DocumentAssemblerTests {
    @Test func inflatesGzipHoweverThePiecesAreCut() throws {
        let document = Document.event("tns1:VideoSource/MotionAlarm")
        let member = try #require(Gzip.member(Array(document.utf8)))
        let stream = member + member + Array(document.utf8) + member
        for size in [1, 2, 3, 50, member.count, member.count + 1, stream.count] {
            var assembler = DocumentAssembler()
            var found: [AssembledDocument] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                found += assembler.append(stream[start..<min(start + size, stream.count)])
            }
            #expect(found.map(\.text) == [document, document, document, document], "pieces of \(size)")
            #expect(found.first?.received == member && found.map(\.isCompressed) == [true, true, false, true])
            #expect(assembler.counters.compressedDocuments == 3 && assembler.counters.droppedDocuments == 0)
        }
    }

    @Test func dropsAGzipBomb() throws {
        let bomb = try #require(Gzip.member([UInt8](repeating: 32, count: 64 << 20)))
        let good = try #require(Gzip.member(Array(Document.event("a").utf8)))
        #expect(bomb.count < 100_000)
        var assembler = DocumentAssembler()
        #expect(assembler.append(bomb).isEmpty)
        #expect(assembler.counters.count(.inflatedTooLarge) == 1)
        #expect(assembler.counters.inflatedByteCount == DocumentLimits().inflatedByteCount + 1)
        #expect(assembler.append(good).count == 1)
    }

    @Test func findsTheNextGzipMemberAfterALostPiece() throws {
        let text = (0..<400).map { "<a>\($0 &* 2_654_435_761)</a>" }.joined()
        let member = try #require(Gzip.member(Array(Document.stream(text).utf8)))
        var assembler = DocumentAssembler()
        #expect(assembler.append(member[..<700]).isEmpty)
        // The piece from 700 to 1400 is lost; the next document begins with a piece of its own.
        #expect(assembler.append(member[1_400...]).isEmpty)
        var found = assembler.append(member[..<700])
        found += assembler.append(member[700...])
        #expect(found.count == 1)
        #expect(assembler.counters.count(.damagedGzip) == 1)
    }

    @Test func dropsGzipWithAWrongCheckValue() throws {
        var member = try #require(Gzip.member(Array(Document.event("a").utf8)))
        member[member.count - 5] ^= 1
        var assembler = DocumentAssembler()
        #expect(assembler.append(member).isEmpty)
        #expect(assembler.counters.count(.damagedGzip) == 1)
        // The work was done all the same.
        let inflated = Document.event("a").utf8.count
        #expect(assembler.counters.inflatedByteCount == inflated)
        member[member.count - 5] ^= 1
        #expect(assembler.append(member).map(\.xml.count) == [inflated])
        #expect(assembler.counters.inflatedByteCount == 2 * inflated)
    }
}

// MARK: - Losses and refusals

extension DocumentAssemblerTests {
    @Test(arguments: [
        "<?xml version=\"1.0\"?><tt:MetadataStream xmlns:tt=\"a\">", "<tt:MetadataStream xmlns:tt=\"a\">",
    ])
    func beginsAnewWhenTheNextDocumentComesTooEarly(_ head: String) {
        let whole = head + "<tt:Event/></tt:MetadataStream>"
        for kept in head.utf8.count..<whole.utf8.count - 1 {
            var assembler = DocumentAssembler()
            let found = assembler.append(whole.utf8.prefix(kept)) + assembler.append(whole)
            #expect(found.map(\.text) == [whole], "cut at \(kept)")
            #expect(assembler.counters.count(.interrupted) == 1 && assembler.counters.droppedDocuments == 1)
        }
    }

    @Test func findsTheNextDocumentBehindAnOpenCommentOnceTimeIsUp() {
        var assembler = DocumentAssembler()
        let whole = "<?xml version=\"1.0\"?><MetadataStream/>"
        #expect(assembler.append("<MetadataStream><!-- lost end").isEmpty)
        #expect(assembler.append(whole, after: 1).isEmpty)
        #expect(assembler.append("  ", after: 5.5).map(\.text) == [whole])
        #expect(assembler.counters.count(.timeout) == 1)
    }

    @Test func dropsWhatIsNotCompleteInTime() {
        var assembler = DocumentAssembler()
        #expect(assembler.append("<MetadataStream><a>").isEmpty)
        #expect(assembler.append("</a>", after: 4.9).isEmpty)
        #expect(assembler.append("</MetadataStream><MetadataStream/>", after: 5.1).map(\.text) == ["<MetadataStream/>"])
        #expect(assembler.counters.count(.timeout) == 1 && assembler.counters.skippedByteCount == 17)
    }

    @Test func dropsADocumentThatGrowsTooLarge() {
        var limits = DocumentLimits()
        limits.documentByteCount = 1_000
        var assembler = DocumentAssembler(limits: limits)
        #expect(assembler.append("<MetadataStream>" + String(repeating: "x", count: 900)).isEmpty)
        #expect(assembler.append(String(repeating: "x", count: 900)).isEmpty)
        #expect(assembler.append("</MetadataStream>").isEmpty)
        #expect(assembler.append("<MetadataStream/>").count == 1)
        #expect(assembler.counters.count(.tooLarge) == 1)
        #expect(
            assembler.append("<MetadataStream>" + String(repeating: "x", count: 2_000) + "</MetadataStream>").isEmpty)
        #expect(assembler.counters.count(.tooLarge) == 2)
    }

    @Test func countsTheDocumentThatAConnectionLeaves() {
        var assembler = DocumentAssembler()
        #expect(assembler.append("<MetadataStream>").isEmpty)
        assembler.reset()
        #expect(assembler.counters.count(.streamEnded) == 1)
        #expect(assembler.append("<MetadataStream/>").count == 1)
    }

    @Test func skipsTheRestOfADocumentItNeverSawBegin() {
        var assembler = DocumentAssembler()
        let tail = "lue=\"1\"/></tt:Data></tt:MetadataStream>\n"
        let found = assembler.append(tail + "<MetadataStream/>")
        #expect(found.map(\.text) == ["<MetadataStream/>"])
        #expect(assembler.counters.skippedByteCount == tail.utf8.count && assembler.counters.droppedDocuments == 0)
    }

    @Test(arguments: [
        (Array("$EXI".utf8) + [0x80, 1, 2], DropReason.exi), ([0x80, 0x41, 0x3c, 0x3f], .exi),
        ([0xff, 0xfe, 0x3c, 0x00], .wideCharacters), ([0xfe, 0xff, 0x00, 0x3c], .wideCharacters),
        ([0x3c, 0x00, 0x3f, 0x00], .wideCharacters), (Array("<!DOCTYPE a><MetadataStream>".utf8), .documentType),
        (Array("<?xml version='1.0'?><html></html>".utf8), .foreignRoot),
    ])
    func refusesPlainlyWhatItCannotRead(_ piece: [UInt8], _ reason: DropReason) {
        var assembler = DocumentAssembler()
        #expect(assembler.append(piece).isEmpty)
        #expect(assembler.counters.count(reason) == 1 && assembler.counters.droppedDocuments == 1)
        assembler.reset()
        #expect(assembler.append("<MetadataStream/>").count == 1)
    }

    /// Every piece makes the one before useless, and nothing is read twice because of it.
    @Test(.timeLimit(.minutes(10))) func staysLinearWhenEveryPieceLooksLikeABeginning() {
        var assembler = DocumentAssembler()
        let piece: [UInt8] =
            [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x00, 0xf0, 0xff, 0x0f, 0x00] + [UInt8](repeating: 7, count: 1_400)
        for _ in 0..<20_000 { #expect(assembler.append(piece).isEmpty) }
        #expect(assembler.counters.documents == 0 && assembler.counters.droppedDocuments > 0)
    }
}
