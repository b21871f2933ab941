internal import Slurm
internal import Storage

/// The table `job_nodes`: what a job's node wrote of itself.
enum NodeRecordStore {
    static func write(_ bytes: [UInt8], of job: JobID, on connection: any StorageConnection) throws {
        let text = String(decoding: bytes, as: UTF8.self).replacing("\0", with: "")
        try connection.execute(
            """
            INSERT INTO job_nodes (job_id, facts) VALUES ($1, $2)
            ON CONFLICT (job_id) DO UPDATE SET facts = excluded.facts
            """,
            [.text(job.text), .text(text)]
        )
    }

    static func find(_ job: JobID, on connection: any StorageConnection) throws -> NodeRecord? {
        try connection.first("SELECT facts FROM job_nodes WHERE job_id = $1", [.text(job.text)]).map {
            NodeRecord(try $0.text("facts").utf8)
        }
    }
}
