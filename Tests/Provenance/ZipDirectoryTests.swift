import Testing

@testable import Provenance

@Suite("Reading archives")
struct ZipDirectoryTests {
    private static let files: [(name: String, bytes: [UInt8])] = [
        ("a/bagit.txt", Array("declaration".utf8)), ("a/data/é 1.txt", Array("one".utf8)), ("a/empty", []),
    ]

    private static func archive(limit: Int64? = nil) throws -> [UInt8] {
        var archive = limit.map { ZipArchive(longFrom: $0) } ?? ZipArchive()
        var bytes: [UInt8] = []
        for file in files { bytes += try archive.file(file.name, file.bytes) }
        return bytes + (try archive.finish())
    }

    private static func read(_ archive: [UInt8]) throws -> [String: [UInt8]] {
        let directory = try ZipDirectory(size: Int64(archive.count)) { offset, count in
            guard offset <= archive.count else { return [] }
            return Array(archive[Int(offset)...].prefix(count))
        }
        var found: [String: [UInt8]] = [:]
        for entry in directory.entries {
            found[entry.name] = Array(archive[Int(entry.offset)...].prefix(Int(entry.size)))
        }
        return found
    }

    @Test("An archive is read as it was written, with short and with long sizes", arguments: [nil, 0] as [Int64?])
    func roundTrip(limit: Int64?) throws {
        let found = try Self.read(try Self.archive(limit: limit))
        #expect(found == Dictionary(uniqueKeysWithValues: Self.files))
    }

    @Test("An archive that is cut off or has something behind it is refused, at every byte")
    func cut() throws {
        for limit in [nil, 0] as [Int64?] {
            let archive = try Self.archive(limit: limit)
            for count in 0..<archive.count {
                #expect(throws: ZipDirectory.Fault.self) { try Self.read(Array(archive.prefix(count))) }
            }
            #expect(throws: ZipDirectory.Fault.self) { try Self.read(archive + [0]) }
        }
    }

    @Test("A changed byte never makes a name that is not there, and never reads beyond the archive")
    func changed() throws {
        let names = Set(Self.files.map(\.name))
        for limit in [nil, 0] as [Int64?] {
            let archive = try Self.archive(limit: limit)
            for place in archive.indices {
                for bit in 0..<8 {
                    var changed = archive
                    changed[place] ^= 1 << UInt8(bit)
                    guard let found = try? Self.read(changed) else { continue }
                    #expect(names.isSuperset(of: found.keys), "byte \(place)")
                }
            }
        }
    }

    @Test("A packed archive is refused with what to do")
    func packed() throws {
        var archive = try Self.archive()
        let place = try #require(archive.firstRange(of: [0x50, 0x4b, 1, 2])).lowerBound
        archive[place + 10] = 8
        do {
            _ = try Self.read(archive)
            Issue.record("it was read")
        } catch let fault as ZipDirectory.Fault {
            #expect(fault.description.contains("unpack the archive, and verify the folder"))
        }
    }
}
