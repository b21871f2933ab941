import CPQ

/// The parameters of one statement in the form libpq wants them: text, but for bytes.
///
/// Types are given, so that a statement means the same whatever stands around a parameter; null has none.
struct PostgreSQLParameters {
    /// The types' object ids (PostgreSQL's `pg_type.dat`); 0 lets the server choose.
    private(set) var types: [Oid] = []
    /// The values' lengths, used for bytes only.
    private(set) var lengths: [Int32] = []
    /// 0 for text, 1 for bytes.
    private(set) var formats: [Int32] = []
    /// All values one after another, each ended by a zero byte.
    private var storage: [CChar] = [0]
    /// Where each value begins; nil is null.
    private var offsets: [Int?] = []

    init(_ bindings: [SQLValue]) {
        for value in bindings {
            switch value {
            case .null: add(type: 0, nil)
            case .text(let text): add(type: 25, Array(text.utf8))
            case .integer(let number): add(type: 20, Array(String(number).utf8))
            case .real(let number): add(type: 701, Array(String(number).utf8))
            case .blob(let bytes): add(type: 17, bytes, format: 1)
            }
        }
    }

    private mutating func add(type: Oid, _ bytes: [UInt8]?, format: Int32 = 0) {
        types.append(type)
        formats.append(format)
        lengths.append(Int32(clamping: bytes?.count ?? 0))
        offsets.append(bytes == nil ? nil : storage.count)
        storage.append(contentsOf: (bytes ?? []).lazy.map { CChar(bitPattern: $0) })
        storage.append(0)
    }

    /// Hands out pointers to the values, followed by a null pointer; they are valid during the call only.
    func withPointers<T>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> T) -> T {
        unsafe storage.withUnsafeBufferPointer { buffer in
            var pointers: [UnsafePointer<CChar>?] = unsafe offsets.map { offset in
                guard let offset, let base = buffer.baseAddress else { return nil }
                return unsafe base + offset
            }
            unsafe pointers.append(nil)
            return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
        }
    }
}
