import Foundation

extension Wire {
    /// A line of the audit trail.
    struct AuditRecord: Decodable {
        struct Line: Decodable {
            struct Object: Decodable {
                let kind: String
                let id: String
            }

            let sequence: Int64
            let at: Date
            let action: String
            let object: Object
            let person: String
            let method: String
            let address: String?
            let reason: String?
        }

        let line: Line
    }
}
