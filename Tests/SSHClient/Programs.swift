import Foundation
import Glibc
import TestSupport

/// Runs a program to its end and gives its standard output.
@discardableResult
func execute(_ program: String, _ arguments: [String]) throws -> String {
    let pipe = ChildPipe()
    let child = try ChildProcess(program, arguments, output: pipe.writing.fileDescriptor)
    try pipe.writing.close()
    let output = pipe.reading.readDataToEndOfFile()
    child.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
}

/// Processes whose command line contains a text; arguments are separated by NUL.
func processes(with text: String) -> [Int32] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { Int32($0) }.filter { process in
        guard process != getpid(), let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else {
            return false
        }
        return String(decoding: line, as: UTF8.self).contains(text)
    }
}

/// All processes below one.
func descendants(of parent: Int32) -> [Int32] {
    let list = (try? execute("ps", ["-o", "pid=", "--ppid", "\(parent)"])) ?? ""
    let children = list.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
    return children + children.flatMap(descendants)
}
