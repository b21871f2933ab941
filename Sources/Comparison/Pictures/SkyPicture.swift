/// Draws matched catalogues on the sky as SVG 1.1.
struct SkyPicture {
    private let comparison: TableComparison
    private let projection: SkyProjection
    /// Of rows that are the same, so many are drawn at most; of each other kind too.
    private static let drawn = 4_000
    private static let (width, height, margin) = (720.0, 640.0, 40.0)
    /// The frame of the chart.
    private static let side = 560.0

    init(_ comparison: TableComparison) {
        self.comparison = comparison
        projection = SkyProjection(comparison.marks)
    }

    /// The picture; nil when no row has a place.
    func svg() -> String? {
        let marks = TableComparison.Change.allCases.flatMap(chosen)
        let places = marks.compactMap { mark in projection.place(mark).map { (mark.change, $0.x, $0.y) } }
        guard let first = places.first else { return nil }
        let (left, right) = places.reduce((first.1, first.1)) { (min($0.0, $1.1), max($0.1, $1.1)) }
        let (low, high) = places.reduce((first.2, first.2)) { (min($0.0, $1.2), max($0.1, $1.2)) }
        let extent = max(right - left, high - low, 1.0 / 3600) * 1.04
        let scale = Self.side / extent
        let (middleX, middleY) = ((left + right) / 2, (low + high) / 2)
        var lines = opening(extent)
        for (change, x, y) in places {
            let (column, row) = (
                Self.margin + Self.side / 2 + (x - middleX) * scale, Self.margin + Self.side / 2 - (y - middleY) * scale
            )
            lines.append(
                "<use href=\"#\(change.rawValue)\" x=\"\(Decimals.text(column, 1))\" y=\"\(Decimals.text(row, 1))\"/>"
            )
        }
        lines += legend()
        lines.append("</svg>\n")
        return lines.joined(separator: "\n")
    }

    /// The marks of one kind, thinned evenly.
    private func chosen(_ change: TableComparison.Change) -> [TableComparison.Mark] {
        let marks = comparison.marks.filter { $0.change == change }
        guard marks.count > Self.drawn else { return marks }
        return (0..<Self.drawn).map { marks[$0 * marks.count / Self.drawn] }
    }

    /// Colours by Okabe and Ito (2008), which people with any colour vision tell apart; each kind has a shape too.
    private static let shapes: [TableComparison.Change: String] = [
        .same: "<circle r=\"1.6\" fill=\"#9a9a9a\"/>",
        .changed: "<circle r=\"5\" fill=\"#e69f00\" stroke=\"#000\" stroke-width=\"0.7\"/>",
        .moved: "<path d=\"M0,-6 L6,5 L-6,5 Z\" fill=\"#0072b2\" stroke=\"#000\" stroke-width=\"0.7\"/>",
        .added: "<path d=\"M-6,0 H6 M0,-6 V6\" stroke=\"#009e73\" stroke-width=\"3\"/>",
        .removed: "<path d=\"M-5,-5 L5,5 M-5,5 L5,-5\" stroke=\"#d55e00\" stroke-width=\"3\"/>",
        .ambiguous: "<path d=\"M0,-6 L6,0 L0,6 L-6,0 Z\" fill=\"none\" stroke=\"#cc79a7\" stroke-width=\"2.5\"/>",
    ]

    private func opening(_ extent: Double) -> [String] {
        let size = "\(Int(Self.width)) \(Int(Self.height))"
        let (margin, side) = (Int(Self.margin), Int(Self.side))
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size)\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\">",
            "<title>\(Self.escape(comparison.sentence))</title>",
            "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
            "<defs>",
        ]
        for change in TableComparison.Change.allCases {
            lines.append("<g id=\"\(change.rawValue)\">\(Self.shapes[change] ?? "")</g>")
        }
        lines.append("</defs>")
        lines.append(
            "<rect x=\"\(margin)\" y=\"\(margin)\" width=\"\(side)\" height=\"\(side)\" fill=\"none\" stroke=\"#444\"/>"
        )
        lines.append("<text x=\"\(margin)\" y=\"\(margin - 12)\">\(projection.caption)</text>")
        guard projection.isFlat else { return lines }
        lines.append(
            "<text x=\"\(margin)\" y=\"\(margin + side + 22)\">the frame is \(Decimals.short(extent))° wide</text>"
        )
        return lines
    }

    private func legend() -> [String] {
        let counts: [(TableComparison.Change, Int)] = [
            (.same, comparison.same), (.changed, comparison.changed), (.moved, comparison.moved),
            (.added, comparison.added), (.removed, comparison.removed), (.ambiguous, comparison.ambiguous),
        ]
        let x = Int(Self.margin + Self.side) + 20
        return counts.enumerated().flatMap { index, entry in
            let y = Int(Self.margin) + 14 + index * 40
            return [
                "<use href=\"#\(entry.0.rawValue)\" x=\"\(x)\" y=\"\(y)\"/>",
                "<text x=\"\(x + 14)\" y=\"\(y + 4)\">\(entry.0.rawValue)</text>",
                "<text x=\"\(x + 14)\" y=\"\(y + 20)\" fill=\"#555\">\(Decimals.count(entry.1))</text>",
            ]
        }
    }

    private static func escape(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
