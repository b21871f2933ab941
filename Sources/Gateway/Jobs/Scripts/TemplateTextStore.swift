internal import Storage

/// The table `template_texts`: every template a job was made from, by its digest, whatever becomes of its file.
enum TemplateTextStore {
    static func keep(_ text: String, digest: String, name: String, on connection: any StorageConnection) throws {
        try connection.execute(
            "INSERT INTO template_texts (digest, name, text) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING",
            [.text(digest), .text(name), .text(text)]
        )
    }

    static func find(_ digest: String, on connection: any StorageConnection) throws -> String? {
        try connection.first("SELECT text FROM template_texts WHERE digest = $1", [.text(digest)])?.text("text")
    }
}
