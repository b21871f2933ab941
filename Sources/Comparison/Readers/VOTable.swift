internal import Foundation
internal import FoundationXML

/// VOTable 1.4 (IVOA): values in TABLEDATA, BINARY or BINARY2.
package enum VOTable {
    /// Reads the tables of a file, in order.
    ///
    /// Files that declare a document type are refused: entities could refer to other files, or multiply.
    ///
    /// - Parameters:
    ///   - bytes: the file, in UTF-8.
    ///   - limits: the most that is read.
    /// - Returns: the tables that have values or at least fields.
    /// - Throws: ``ReadingError``.
    package static func tables(_ bytes: [UInt8], limits: ComparisonLimits) throws(ReadingError) -> [Table] {
        guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil else {
            throw .malformed(kind: "VOTable", message: "it is not UTF-8")
        }
        guard bytes.firstRange(of: Array("<!DOCTYPE".utf8)) == nil, bytes.firstRange(of: Array("<!ENTITY".utf8)) == nil
        else { throw .malformed(kind: "VOTable", message: "it declares a document type, which is not read") }
        let parser = XMLParser(data: Data(bytes))
        parser.shouldResolveExternalEntities = false
        parser.shouldProcessNamespaces = false
        let reading = VOTableReading(limits: limits)
        parser.delegate = reading
        let isRead = parser.parse()
        if let failure = reading.failure { throw failure }
        guard isRead else {
            throw .malformed(kind: "VOTable", message: "line \(parser.lineNumber) is not XML")
        }
        guard reading.isVOTable else { throw .malformed(kind: "VOTable", message: "its root is no VOTABLE") }
        return reading.tables
    }
}

/// What is known of a VOTable while it is read.
private final class VOTableReading: NSObject, XMLParserDelegate {
    private(set) var tables: [Table] = []
    private(set) var failure: ReadingError?
    private(set) var isVOTable = false
    private let limits: ComparisonLimits
    private var depth = 0
    private var values = 0
    private var fields: [VOTableField] = []
    private var cells: [[Cell]] = []
    private var row: [Cell] = []
    private var rowCount = 0
    private var isTable = false
    private var text: String?
    private var serialization = ""

    init(limits: ComparisonLimits) { self.limits = limits }

    func parser(
        _ parser: XMLParser,
        didStartElement elementName: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        attempt(parser) { () throws(ReadingError) in
            depth += 1
            guard depth <= 64 else { throw .tooLarge(what: "levels of elements", limit: 64) }
            try start(Self.local(elementName), attributes)
        }
    }

    func parser(
        _ parser: XMLParser,
        didEndElement elementName: String,
        namespaceURI: String?,
        qualifiedName: String?
    ) {
        attempt(parser) { () throws(ReadingError) in
            depth -= 1
            try end(Self.local(elementName))
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text?.append(string) }

    func parser(_ parser: XMLParser, foundCDATA CDATABlock: Data) {
        text?.append(String(decoding: CDATABlock, as: UTF8.self))
    }

    private func attempt(_ parser: XMLParser, _ body: () throws(ReadingError) -> Void) {
        guard failure == nil else { return }
        do throws(ReadingError) {
            try body()
        } catch {
            failure = error
            parser.abortParsing()
        }
    }

    private static func local(_ name: String) -> String { name.split(separator: ":").last.map(String.init) ?? name }

    private func start(_ name: String, _ attributes: [String: String]) throws(ReadingError) {
        switch name {
        case "VOTABLE": isVOTable = true
        case "TABLE": (isTable, fields, cells, rowCount, serialization) = (true, [], [], 0, "")
        case "FIELD" where isTable:
            guard fields.count < limits.columns else { throw .tooLarge(what: "columns", limit: limits.columns) }
            fields.append(try VOTableField(attributes))
            cells.append([])
        case "VALUES": if !fields.isEmpty { fields[fields.count - 1].null = attributes["null"] }
        case "TABLEDATA", "BINARY", "BINARY2", "FITS": serialization = name
        case "TR": row = []
        case "TD": text = ""
        case "STREAM":
            guard attributes["href"] == nil else {
                throw .malformed(kind: "VOTable", message: "its values stand in another file")
            }
            guard attributes["encoding"] == "base64", serialization != "FITS" else {
                throw .malformed(kind: "VOTable", message: "its stream is not in base64, or is FITS")
            }
            text = ""
        default: break
        }
    }

    private func end(_ name: String) throws(ReadingError) {
        switch name {
        case "TD":
            guard row.count < fields.count else {
                throw .malformed(kind: "VOTable", message: "row \(rowCount + 1) has more values than fields")
            }
            row.append(try fields[row.count].cell(text: text ?? ""))
            text = nil
        case "TR": try endRow()
        case "STREAM":
            let data = Data(base64Encoded: text ?? "", options: .ignoreUnknownCharacters) ?? Data()
            text = nil
            try readStream(Array(data))
        case "TABLE":
            isTable = false
            tables.append(
                Table(
                    columns: zip(fields, cells).map { field, cells in
                        Column(
                            field.name,
                            unit: field.unit,
                            type: field.type,
                            descriptor: field.descriptor,
                            cells: cells
                        )
                    },
                    rowCount: rowCount
                )
            )
        default: break
        }
    }

    private func endRow() throws(ReadingError) {
        guard row.count == fields.count else {
            throw .malformed(kind: "VOTable", message: "row \(rowCount + 1) has \(row.count) values")
        }
        values += row.count
        guard values <= limits.values else { throw .tooLarge(what: "values", limit: limits.values) }
        for (index, cell) in row.enumerated() { cells[index].append(cell) }
        rowCount += 1
        row = []
    }

    private func readStream(_ bytes: [UInt8]) throws(ReadingError) {
        guard !fields.isEmpty else { return }
        var reader = BigEndian(bytes)
        while reader.position < bytes.count {
            let start = reader.position
            var nulls: [UInt8] = []
            if serialization == "BINARY2" {
                guard let flags = reader.take((fields.count + 7) / 8) else {
                    throw .malformed(kind: "VOTable", message: "the stream ends within a row")
                }
                nulls = Array(flags)
            }
            row = []
            for (index, field) in fields.enumerated() {
                let cell = try field.cell(&reader)
                let isNull = !nulls.isEmpty && nulls[index / 8] & (0x80 >> UInt8(index % 8)) != 0
                row.append(isNull ? .missing : cell)
            }
            try endRow()
            // Fields without a single byte would never end.
            guard reader.position > start else { throw .malformed(kind: "VOTable", message: "its rows are empty") }
        }
    }
}
